" Drives Vim with ALE as a user does, and writes what is seen to $VRINGSIDE_RESULT. Runs behind the configuration under test.
let s:seen = {}

function! s:Wait(what, Condition) abort
  let l:end = reltime()
  while !a:Condition()
    if reltimefloat(reltime(l:end)) > 40 | throw 'waited in vain for ' . a:what | endif
    sleep 20m
  endwhile
endfunction

function! s:Findings() abort
  return filter(ale#engine#GetLoclist(bufnr('')), 'v:val.linter_name ==# "vringside"')
endfunction

function! s:GoTo(pattern) abort
  call cursor(1, 1)
  call search(a:pattern, 'cW')
endfunction

function! s:Session() abort
  execute 'edit ' . fnameescape($VRINGSIDE_TREE . '/drivers/virtio/virtio_ring.c')
  call ale#Queue(0)
  call s:Wait('a finding', {-> len(s:Findings()) > 0})
  let s:seen.diagnostics = map(copy(s:Findings()), '{"line": v:val.lnum, "code": get(v:val, "code", ""), "message": v:val.text}')

  call s:GoTo('vring_use_dma_api(const')
  let l:shown = ''
  let g:ale_hover_to_preview = 1
  ALEHover
  call s:Wait('the hover', {-> len(filter(range(1, winnr('$')), 'getwinvar(v:val, "&previewwindow")')) > 0})
  wincmd P
  let s:seen.hover = join(getline(1, '$'), "\n")
  pclose

  call s:GoTo('virtio_has_dma_quirk')
  ALEGoToDefinition
  call s:Wait('the definition', {-> expand('%:t') ==# 'virtio_config.h'})
  let s:seen.definition = {'file': expand('%:p'), 'line': line('.')}
  buffer virtio_ring.c

  silent %s/return false;/return true;/
  call ale#Queue(0)
  call s:Wait('the finding to go', {-> len(s:Findings()) == 0})
  let s:seen.afterEdit = []
endfunction

try
  call s:Session()
catch
  let s:seen.problem = v:exception . ' at ' . v:throwpoint
  verbose echo s:seen.problem
endtry
call writefile([json_encode(s:seen)], $VRINGSIDE_RESULT)
call ale#lsp#StopAll()
qall!
