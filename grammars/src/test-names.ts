/**
 * Names in tests that check for failure, size or progress rather than for a mode.
 * Origin: Documentation/process/coding-style.rst (return values) and the drivers of Linux 6.1 and 6.12.
 */

export const noisyNames =
  /^(?:e?rr(?:or|no)?\d*|ret(?:val)?\d*|rc|r|res(?:ult)?|status|len(?:gth)?|size|count|cnt|n|nr|num|num_free|i|j|k|idx|index|left|total|used|broken|dead|stopped|removed|done|ready|data|priv|name|next|prev|page|skb|buf)$|_(?:len|size|count|cnt|err|ret|left|num)$|^(?:num|nr)_/;

export const noisyCalls =
  /^(?:IS_ERR|unlikely|likely|WARN|WARN_ON|list_empty|kthread_should_stop|signal_pending|copy_|get_user|put_user)|_ONCE$|^!/;

/** Calls that answer yes or no about a mode, by their name. */
export const predicateCall =
  /^(?:is|has|can|want|need|may|uses?)_|_(?:is|has|can|may|want|needs?|supports?)_|_(?:enabled|active|supported|allowed|static)$|_enabled_/;
