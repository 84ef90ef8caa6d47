-- Drives Neovim as a user does, and writes what is seen to $VRINGSIDE_RESULT. Runs behind the configuration under test.
local tree = os.getenv('VRINGSIDE_TREE')
local seen = {}

local function wait(what, condition)
  if not vim.wait(40000, condition, 20) then error('waited in vain for ' .. what) end
end

local function findings()
  return vim.tbl_filter(function(d) return d.source == 'vringside' end, vim.diagnostic.get(0))
end

local function go_to(pattern, offset)
  vim.fn.cursor(1, 1)
  vim.fn.search(pattern, 'cW')
  if offset then vim.cmd('normal! ' .. offset .. 'l') end
end

local function buffer_text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local function floating_text()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      return table.concat(lines, '\n'), window
    end
  end
end

local function session()
  vim.cmd('edit ' .. tree .. '/drivers/virtio/virtio_ring.c')
  wait('a finding', function() return #findings() > 0 end)
  seen.diagnostics = vim.tbl_map(function(d)
    return { line = d.lnum + 1, code = d.code or d.user_data.lsp.code, message = d.message }
  end, findings())

  go_to('vring_use_dma_api(const')
  vim.lsp.buf.hover()
  wait('the hover', function() return floating_text() ~= nil end)
  local text, window = floating_text()
  seen.hover = text
  vim.api.nvim_win_close(window, true)

  vim.lsp.buf.document_symbol()
  wait('symbols', function() return #vim.fn.getqflist() + #vim.fn.getloclist(0) > 0 end)
  local list = vim.fn.getqflist()
  if #list == 0 then list = vim.fn.getloclist(0) end
  seen.symbols = vim.tbl_map(function(item) return item.text end, list)
  vim.cmd('cclose | lclose')

  go_to('virtio_has_dma_quirk')
  vim.lsp.buf.definition()
  wait('the definition', function() return vim.fn.expand('%:t') == 'virtio_config.h' end)
  seen.definition = { file = vim.fn.expand('%:p'), line = vim.fn.line('.') }
  vim.cmd('buffer virtio_ring.c')

  -- The menu of actions, answered as a user would.
  local titles = {}
  vim.ui.select = function(items, options, choose)
    for index, item in ipairs(items) do
      local title = options.format_item(item)
      table.insert(titles, title)
      if title:lower():find('suppress') or title:find('vringside%-ignore') then return choose(item, index) end
    end
    choose(nil, nil)
  end
  local before = buffer_text()
  go_to('sg_phys(sg)')
  vim.lsp.buf.code_action()
  wait('an action among ' .. vim.inspect(titles), function() return buffer_text() ~= before end)
  -- The action leaves the reason to the reader.
  vim.cmd([[silent %s/TODO[^*]*/checked by hand /]])
  wait('silence', function() return #findings() == 0 end)
  seen.actions = titles
  seen.afterAction = { text = buffer_text(), findings = #findings() }
  vim.cmd('silent edit!')
  wait('the finding again', function() return #findings() > 0 end)

  vim.cmd([[silent %s/return false;/return true;/]])
  wait('the finding to go', function() return #findings() == 0 end)
  seen.afterEdit = findings()

  vim.cmd('silent edit! ' .. tree .. '/map-tables.patch')
  wait('a finding in the patch', function() return #findings() > 0 end)
  seen.patch = vim.tbl_map(function(d) return vim.fn.getline(d.lnum + 1) end, findings())
end

local ok, problem = pcall(session)
if not ok then seen.problem = tostring(problem) end
local encoded = vim.fn.json_encode(seen)
vim.fn.writefile({ encoded }, os.getenv('VRINGSIDE_RESULT'))
if not ok then io.stderr:write(problem .. '\n') end
vim.cmd('qall!')
