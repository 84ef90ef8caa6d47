;;; What a session does through eglot.  -*- lexical-binding: t -*-
(require 'eglot)

(defun session-connect ()
  ;; `eglot-ensure' connects when the command that opened the file is over; a script has no commands.
  (run-hooks 'post-command-hook)
  (session-wait "the server" #'eglot-current-server))

(defun session-findings ()
  ;; A script has no idle time, in which changes are sent otherwise.
  (eglot--signal-textDocument/didChange)
  (cl-loop for d in (flymake-diagnostics)
           for text = (flymake-diagnostic-text d)
           when (string-match "vringside" text)
           collect `((line . ,(line-number-at-pos (flymake-diagnostic-beg d)))
                     (code . ,(if (string-match "\\[\\([a-z-]+\\)\\]" text) (match-string 1 text) ""))
                     (message . ,text))))

(defun session-hover ()
  (let ((shown nil))
    (session-wait "the hover"
                  (lambda ()
                    (or shown
                        (progn
                          (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown (or text shown))))
                          nil))))
    (substring-no-properties shown)))

(defun session-symbols ()
  (session-imenu-names (eglot-imenu)))

(defun session-silence ()
  (let (titles
        ;; By the keyboard: the mouse would get a menu.
        (last-nonmenu-event ?.))
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt collection &rest _)
                 (setq titles (all-completions "" collection))
                 (or (cl-find-if (lambda (title) (string-match "ignore\\|[Ss]uppress" title)) titles)
                     (car titles)))))
      (eglot-code-actions (point) (1+ (point)) nil t))
    titles))
