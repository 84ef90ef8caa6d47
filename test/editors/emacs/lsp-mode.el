;;; What a session does through lsp-mode.  -*- lexical-binding: t -*-
(require 'lsp-mode)

(require 'flymake-cc)

;; Emacs's own check runs make, which has nothing to do with the server.
(advice-add 'flymake-cc :override #'ignore)

;; A user is asked once for the project's root; there is nobody to answer here.
(setq lsp-auto-guess-root t)

(defun session-connect ()
  (session-wait "the server" (lambda () (and lsp--buffer-workspaces (lsp-workspaces)
                                             (eq 'initialized (lsp--workspace-status (car (lsp-workspaces))))))))

(defun session-findings ()
  ;; A script has no idle time, in which changes are sent otherwise.
  (lsp--flush-delayed-changes)
  (cl-loop for d in (gethash (lsp--fix-path-casing buffer-file-name) (lsp-diagnostics))
           collect `((line . ,(1+ (lsp-get (lsp-get (lsp-get d :range) :start) :line)))
                     (code . ,(lsp-get d :code))
                     (message . ,(lsp-get d :message)))))

(defun session-hover ()
  (lsp--render-on-hover-content (lsp-get (lsp-request "textDocument/hover" (lsp--text-document-position-params)) :contents) t))

(defun session-symbols ()
  (session-imenu-names (lsp--imenu-create-index)))

(defun session-silence ()
  (let* ((actions (append (lsp-code-actions-at-point) nil))
         (titles (mapcar (lambda (action) (lsp-get action :title)) actions)))
    (lsp-execute-code-action
     (or (cl-find-if (lambda (action) (string-match "ignore\\|[Ss]uppress" (lsp-get action :title))) actions)
         (car actions)))
    titles))
