;;; Drives Emacs as a user does, and writes what is seen to $VRINGSIDE_RESULT.  -*- lexical-binding: t -*-
;; Runs behind the configuration under test; `session-findings' and the like come from the file for the client.
(require 'json)
(require 'cl-lib)
(require 'xref)
(require 'imenu)

(defvar session-seen nil)
(defun session-see (key value) (push (cons key value) session-seen))

(defun session-wait (what condition)
  (let ((end (+ (float-time) 40)) value)
    (while (not (setq value (funcall condition)))
      (when (> (float-time) end) (error "waited in vain for %s" what))
      (accept-process-output nil 0.02))
    value))

(defun session-go-to (text)
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0)))

(defun session-replace (from to)
  (session-go-to from)
  (delete-char (length from))
  (insert to))

(defun session-imenu-names (index)
  (cl-loop for (name . rest) in index
           append (if (and (consp rest) (listp (cdr rest)) (not (markerp rest)))
                      (cons name (session-imenu-names (if (listp (car rest)) rest (list rest))))
                    (list name))))

(defun session-run ()
  (find-file (concat (getenv "VRINGSIDE_TREE") "/drivers/virtio/virtio_ring.c"))
  (session-connect)
  (session-wait "a finding" #'session-findings)
  (session-see 'diagnostics (vconcat (session-findings)))

  (session-go-to "vring_use_dma_api(const")
  (session-see 'hover (session-hover))

  (session-see 'symbols (vconcat (session-symbols)))

  (session-go-to "virtio_has_dma_quirk")
  (let ((buffer (current-buffer))
        (this-command #'xref-find-definitions))
    (call-interactively #'xref-find-definitions)
    (session-see 'definition `((file . ,(buffer-file-name)) (line . ,(line-number-at-pos))))
    (switch-to-buffer buffer))

  (let ((before (buffer-string)))
    (session-go-to "sg_phys(sg)")
    (session-see 'actions (vconcat (session-silence)))
    (session-wait "the action" (lambda () (not (string= before (buffer-string)))))
    ;; The action leaves the reason to the reader.
    (goto-char (point-min))
    (re-search-forward "TODO[^*]*")
    (replace-match "checked by hand ")
    (session-wait "silence" (lambda () (null (session-findings))))
    (session-see 'afterAction `((text . ,(buffer-string)) (findings . ,(length (session-findings)))))
    (erase-buffer)
    (insert before)
    (session-wait "the finding again" #'session-findings))

  (session-replace "return false;" "return true;")
  (session-wait "the finding to go" (lambda () (null (session-findings))))
  (session-see 'afterEdit (vconcat (session-findings)))

  (set-buffer-modified-p nil)
  (find-file (concat (getenv "VRINGSIDE_TREE") "/map-tables.patch"))
  (session-connect)
  (session-wait "a finding in the patch" #'session-findings)
  (session-see 'patch (vconcat (mapcar (lambda (finding)
                                         (goto-char (point-min))
                                         (forward-line (1- (alist-get 'line finding)))
                                         (buffer-substring (line-beginning-position) (line-end-position)))
                                       (session-findings)))))

(condition-case problem
    (session-run)
  (error (session-see 'problem (format "%S" problem))
         (message "%S" problem)))
(with-temp-file (getenv "VRINGSIDE_RESULT")
  (insert (json-encode session-seen)))
(set-buffer-modified-p nil)
(kill-emacs 0)
