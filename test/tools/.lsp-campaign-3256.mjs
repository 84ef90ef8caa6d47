// test/tools/lsp-campaign.ts
import { cpSync, mkdtempSync as mkdtempSync2, rmSync as rmSync3, writeFileSync } from "node:fs";
import { tmpdir as tmpdir2 } from "node:os";
import { basename as basename2, join as join4 } from "node:path";
import { parseArgs } from "node:util";

// test/protocol/campaign/campaign.ts
import { join as join2 } from "node:path";
import { isDeepStrictEqual } from "node:util";

// test/fuzz/random.ts
var Random = class {
  #a;
  #b;
  #c;
  #d = 1;
  /** The stream numbered `stream` of `seed`: streams are independent, in any order. */
  constructor(seed, stream) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = seed ^ Math.imul(stream, 2654435761) | 0;
    for (let i = 0; i < 12; i++) this.#next();
  }
  /** sfc32 (Chris Doty-Humphrey, PractRand): 32 bits. */
  #next() {
    const sum = this.#a + this.#b + this.#d | 0;
    this.#d = this.#d + 1 | 0;
    this.#a = this.#b ^ this.#b >>> 9;
    this.#b = this.#c + (this.#c << 3) | 0;
    this.#c = (this.#c << 21 | this.#c >>> 11) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }
  /** 0 <= result < 1. */
  fraction() {
    return this.#next() / 4294967296;
  }
  /** 0 <= result < bound. */
  below(bound) {
    return Math.floor(this.fraction() * bound);
  }
  /** Between the two, both possible; every order of magnitude equally likely. */
  magnitude(low, high) {
    return Math.min(high, Math.floor(low * ((high + 1) / low) ** this.fraction()));
  }
  chance(probability) {
    return this.fraction() < probability;
  }
  pick(list) {
    if (list.length === 0) throw new Error("nothing to pick from");
    return list[this.below(list.length)];
  }
};

// test/protocol/client/client.ts
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath as fileURLToPath2, pathToFileURL } from "node:url";

// test/protocol/client/framing.ts
function frame(body) {
  const bytes = Buffer.from(body, "utf8");
  return Buffer.concat([Buffer.from(`Content-Length: ${bytes.length}\r
\r
`, "ascii"), bytes]);
}
function unframer(onBody) {
  let pending = Buffer.alloc(0);
  return (data) => {
    pending = pending.length === 0 ? data : Buffer.concat([pending, data]);
    for (; ; ) {
      const headerEnd = pending.indexOf("\r\n\r\n");
      if (headerEnd < 0) {
        if (pending.length > 4096) throw stray(pending);
        return;
      }
      const header = pending.toString("ascii", 0, headerEnd);
      const length = /^(?:Content-Type:[^\r\n]*\r\n)?Content-Length: (\d+)(?:\r\nContent-Type:[^\r\n]*)?$/i.exec(
        header
      )?.[1];
      if (length === void 0) throw stray(pending);
      const bodyEnd = headerEnd + 4 + Number(length);
      if (pending.length < bodyEnd) return;
      const body = pending.toString("utf8", headerEnd + 4, bodyEnd);
      pending = pending.subarray(bodyEnd);
      onBody(body);
    }
  };
}
function stray(bytes) {
  return new Error(`no protocol on standard output: ${JSON.stringify(bytes.toString("utf8", 0, 200))}`);
}

// test/protocol/client/messages.ts
var errorCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  serverNotInitialized: -32002,
  requestCancelled: -32800,
  contentModified: -32801,
  serverCancelled: -32802
};
var ResponseError = class extends Error {
  code;
  data;
  constructor(method, error) {
    super(`${method}: ${error.code} ${error.message}`);
    this.code = error.code;
    this.data = error.data;
  }
};

// test/protocol/client/server-process.ts
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// test/support/tracked-files.ts
import { fileURLToPath } from "node:url";
var root = fileURLToPath(new URL("../..", import.meta.url));

// test/protocol/client/server-process.ts
var serverProgram = join(root, "server/bin/vringside-lsp.js");
var cacheFolder = null;
function ownCache() {
  if (cacheFolder === null) {
    const folder = mkdtempSync(join(tmpdir(), "vringside-cache-"));
    cacheFolder = folder;
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  }
  return cacheFolder;
}
var running = /* @__PURE__ */ new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
function startServer(options = {}) {
  const [program, ...args] = options.command ?? [process.execPath, serverProgram, "--stdio"];
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      XDG_CACHE_HOME: ownCache(),
      ...options.env
    },
    stdio: ["pipe", "pipe", "pipe"]
  });
  running.add(child);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-1e5);
  });
  child.stdin.on("error", () => {
  });
  const ended = new Promise((done) => {
    child.once("error", (error) => {
      log += String(error);
      running.delete(child);
      done({ code: null, signal: null });
    });
    child.once("close", (code, signal) => {
      running.delete(child);
      done({ code, signal });
    });
  });
  return { child, ended, log: () => log };
}

// test/protocol/client/connection.ts
var DEFAULT_TIMEOUT_MS = 3e4;
var Connection = class {
  process;
  /** Notifications of the server in the order they came. */
  notifications = [];
  /** Requests of the server in the order they came. */
  asked = [];
  /** Answers nobody waits for: to malformed messages, or a second one to the same request. */
  unexpected = [];
  #nextId = 1;
  #open = /* @__PURE__ */ new Map();
  #handlers = /* @__PURE__ */ new Map();
  #watchers = /* @__PURE__ */ new Set();
  #fault = null;
  #ended = null;
  constructor(options = {}) {
    this.process = startServer(options);
    const read = unframer((body) => this.#receive(JSON.parse(body)));
    this.process.child.stdout.on("data", (data) => {
      try {
        read(data);
      } catch (error) {
        this.#fault = error instanceof Error ? error : new Error(String(error));
      }
      this.#changed();
    });
    void this.process.ended.then((ended) => {
      this.#ended = ended;
      this.#changed();
    });
  }
  /** Answers requests of the server for `method`; replaces an earlier handler. */
  onRequest(method, handler) {
    this.#handlers.set(method, handler);
  }
  sendBytes(bytes) {
    this.process.child.stdin.write(bytes);
  }
  send(message) {
    this.sendBytes(frame(JSON.stringify({ jsonrpc: "2.0", ...message })));
  }
  notify(method, params) {
    this.send(params === void 0 ? { method } : { method, params });
  }
  request(method, params, timeoutMs = DEFAULT_TIMEOUT_MS) {
    return this.start(method, params, timeoutMs).answer;
  }
  /** A request whose id is wanted, to cancel it. */
  start(method, params, timeoutMs = DEFAULT_TIMEOUT_MS) {
    const id = this.#nextId++;
    let answered = null;
    this.#open.set(id, {
      method,
      done: (message) => {
        answered = message;
      }
    });
    this.send({ id, method, ...params !== void 0 && { params } });
    const answer = this.until(`the answer to ${method}`, () => answered, timeoutMs).then((message) => {
      if (message.error !== void 0) throw new ResponseError(method, message.error);
      return message.result;
    });
    answer.catch(() => {
    });
    return { id, answer };
  }
  cancel(id) {
    this.notify("$/cancelRequest", { id });
  }
  /** The first value of `look` that is not null, asked anew whenever something came in. */
  until(what, look, timeoutMs = DEFAULT_TIMEOUT_MS) {
    return new Promise((done, fail) => {
      const stop = () => {
        clearTimeout(timer);
        this.#watchers.delete(check);
      };
      const check = () => {
        const value = look();
        if (value !== null) {
          stop();
          done(value);
        } else if (this.#fault !== null || this.#ended !== null) {
          stop();
          fail(this.#fault ?? this.#failure(`the server ended before ${what}`));
        }
      };
      const timer = setTimeout(() => {
        stop();
        fail(this.#failure(`waited ${timeoutMs} ms for ${what}`));
      }, timeoutMs);
      this.#watchers.add(check);
      check();
    });
  }
  /** The first notification of a kind that came after `from` others and fits. */
  notification(method, fits = () => true, from = 0) {
    return this.until(method, () => {
      const found = this.notifications.find(
        (message, at) => at >= from && message.method === method && fits(message.params)
      );
      return found === void 0 ? null : found.params;
    });
  }
  kill() {
    this.process.child.kill("SIGKILL");
  }
  #receive(message) {
    if (message.method === void 0) {
      const id = typeof message.id === "number" ? message.id : Number.NaN;
      const open = this.#open.get(id);
      this.#open.delete(id);
      if (open === void 0) this.unexpected.push(message);
      else open.done(message);
    } else if (message.id === void 0) this.notifications.push(message);
    else {
      this.asked.push(message);
      const handler = this.#handlers.get(message.method);
      if (handler === void 0)
        this.send({ id: message.id, error: { code: -32601, message: `no ${message.method} here` } });
      else this.send({ id: message.id, result: handler(message.params) ?? null });
    }
  }
  #changed() {
    for (const check of [...this.#watchers]) check();
  }
  #failure(what) {
    const ended = this.#ended === null ? "" : ` (exit ${this.#ended.code ?? this.#ended.signal})`;
    const log = this.process.log().slice(-2e3);
    const said = this.notifications.slice(-5).map((message) => `  ${message.method} ${JSON.stringify(message.params).slice(0, 200)}`);
    return new Error(`${what}${ended}
last notifications:
${said.join("\n")}
standard error:
${log}`);
  }
};

// test/protocol/client/positions.ts
function lineStarts(text) {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}
function positionAt(text, offset, encoding) {
  const starts = lineStarts(text);
  let line = starts.length - 1;
  while (starts[line] > offset) line -= 1;
  return { line, character: units(text.slice(starts[line], offset), encoding) };
}
function offsetAt(text, position, encoding) {
  const starts = lineStarts(text);
  const start = starts[position.line];
  if (start === void 0) throw new RangeError(`line ${position.line} of ${starts.length}`);
  const line = text.slice(start, starts[position.line + 1]).replace(/[\r\n]+$/, "");
  let offset = 0;
  let left = position.character;
  for (const character of line) {
    if (left <= 0) break;
    left -= units(character, encoding);
    offset += character.length;
  }
  if (left !== 0)
    throw new RangeError(`${JSON.stringify(position)} is not in the line ${JSON.stringify(line)}`);
  return start + offset;
}
function textAt(text, range, encoding) {
  const start = offsetAt(text, range.start, encoding);
  const end = offsetAt(text, range.end, encoding);
  if (end < start) throw new RangeError("the range ends before it starts");
  return text.slice(start, end);
}
function units(text, encoding) {
  switch (encoding) {
    case "utf-8":
      return Buffer.byteLength(text, "utf8");
    case "utf-16":
      return text.length;
    case "utf-32":
      return [...text].length;
  }
}

// test/protocol/client/profiles.ts
var codeActionKinds = ["", "quickfix", "refactor", "source", "source.fixAll", "source.organizeImports"];
var vscodeCapabilities = {
  workspace: {
    applyEdit: true,
    workspaceEdit: {
      documentChanges: true,
      resourceOperations: ["create", "rename", "delete"],
      failureHandling: "textOnlyTransactional",
      normalizesLineEndings: true,
      changeAnnotationSupport: { groupsOnLabel: true },
      metadataSupport: true,
      snippetEditSupport: true
    },
    configuration: true,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    symbol: { dynamicRegistration: true, resolveSupport: { properties: ["location.range"] } },
    codeLens: { refreshSupport: true },
    executeCommand: { dynamicRegistration: true },
    workspaceFolders: true,
    semanticTokens: { refreshSupport: true },
    fileOperations: { dynamicRegistration: true, didCreate: true, didRename: true, didDelete: true },
    inlayHint: { refreshSupport: true },
    diagnostics: { refreshSupport: true },
    textDocumentContent: { dynamicRegistration: true }
  },
  textDocument: {
    publishDiagnostics: {
      relatedInformation: true,
      versionSupport: false,
      tagSupport: { valueSet: [1, 2] },
      codeDescriptionSupport: true,
      dataSupport: true
    },
    synchronization: { dynamicRegistration: true, willSave: true, willSaveWaitUntil: true, didSave: true },
    completion: {
      dynamicRegistration: true,
      contextSupport: true,
      completionItem: { snippetSupport: true, documentationFormat: ["markdown", "plaintext"] }
    },
    hover: { dynamicRegistration: true, contentFormat: ["markdown", "plaintext"] },
    definition: { dynamicRegistration: true, linkSupport: true },
    references: { dynamicRegistration: true },
    documentSymbol: { dynamicRegistration: true, hierarchicalDocumentSymbolSupport: true },
    codeAction: {
      dynamicRegistration: true,
      isPreferredSupport: true,
      disabledSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ["edit"] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: codeActionKinds } },
      honorsChangeAnnotations: true
    },
    codeLens: { dynamicRegistration: true, resolveSupport: { properties: ["command"] } },
    documentLink: { dynamicRegistration: true, tooltipSupport: true },
    callHierarchy: { dynamicRegistration: true },
    semanticTokens: {
      dynamicRegistration: true,
      tokenTypes: ["variable", "parameter", "property", "function", "macro"],
      tokenModifiers: ["declaration", "readonly"],
      formats: ["relative"],
      requests: { range: true, full: { delta: true } }
    },
    inlayHint: { dynamicRegistration: true, resolveSupport: { properties: ["tooltip"] } },
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: false, relatedInformation: true }
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
  general: {
    staleRequestSupport: { cancel: true, retryOnContentModified: [] },
    positionEncodings: ["utf-16"]
  }
};
var vscode = {
  capabilities: vscodeCapabilities,
  hasConfiguration: true,
  pullsDiagnostics: true
};
var neovim = {
  capabilities: {
    workspace: {
      applyEdit: true,
      workspaceEdit: { resourceOperations: ["rename", "create", "delete"] },
      configuration: true,
      workspaceFolders: true,
      symbol: { dynamicRegistration: false }
    },
    textDocument: {
      publishDiagnostics: { relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
      synchronization: { dynamicRegistration: false, didSave: true },
      hover: { dynamicRegistration: false, contentFormat: ["markdown", "plaintext"] },
      documentSymbol: { dynamicRegistration: false, hierarchicalDocumentSymbolSupport: true },
      codeAction: {
        dynamicRegistration: false,
        dataSupport: true,
        resolveSupport: { properties: ["edit"] },
        codeActionLiteralSupport: { codeActionKind: { valueSet: codeActionKinds } }
      },
      callHierarchy: { dynamicRegistration: false }
    },
    window: { workDoneProgress: true, showDocument: { support: false } }
  },
  hasConfiguration: true,
  pullsDiagnostics: false
};

// test/protocol/client/client.ts
var Client = class _Client {
  connection;
  profile;
  documents = /* @__PURE__ */ new Map();
  registrations = /* @__PURE__ */ new Map();
  appliedEdits = [];
  settings;
  encoding = "utf-16";
  initialized = { capabilities: {} };
  #refreshes = 0;
  #options;
  constructor(options) {
    this.#options = options;
    this.profile = options.profile ?? vscode;
    this.settings = options.settings ?? {};
    this.connection = new Connection(options);
    this.#answerServer();
  }
  /** Starts a server and says hello. */
  static async start(options = {}) {
    const client = _Client.unborn(options);
    await client.initialize();
    return client;
  }
  /** A client whose server has not been told anything yet. */
  static unborn(options = {}) {
    return new _Client(options);
  }
  async initialize() {
    const { roots = [], processId = process.pid, initializationOptions } = this.#options;
    const folders = roots.map((root2) => ({ uri: uriOf(root2), name: basename(root2) }));
    const workspace = this.profile.capabilities.workspace ?? {};
    this.initialized = await this.connection.request("initialize", {
      processId,
      clientInfo: { name: "scripted client", version: "1" },
      rootUri: folders[0]?.uri ?? null,
      capabilities: this.profile.capabilities,
      ...initializationOptions !== void 0 && { initializationOptions },
      ...workspace.workspaceFolders === true && { workspaceFolders: folders.length === 0 ? null : folders }
    });
    this.encoding = this.initialized.capabilities.positionEncoding ?? "utf-16";
    this.connection.notify("initialized", {});
    if (!this.profile.hasConfiguration) this.changeSettings(this.settings);
  }
  changeSettings(settings) {
    this.settings = settings;
    const sent = this.profile.hasConfiguration ? null : { vringside: settings };
    this.connection.notify("workspace/didChangeConfiguration", { settings: sent });
  }
  /* ---- documents ------------------------------------------------------------------------------------------ */
  /** Opens a file with the text given, or that on disk. Returns its URI. */
  open(file, text = readFileSync(file, "utf8"), languageId = "c") {
    const uri = /^\w[\w+.-]*:/.test(file) ? file : uriOf(file);
    this.documents.set(uri, { text, version: 1, resultId: null, diagnostics: [] });
    this.connection.notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
    return uri;
  }
  close(uri) {
    this.documents.delete(uri);
    this.connection.notify("textDocument/didClose", { textDocument: { uri } });
  }
  /** Replaces the one place where `from` stands. */
  replace(uri, from, to) {
    const { text } = this.document(uri);
    const start = text.indexOf(from);
    if (start < 0) throw new Error(`not in ${uri}: ${from}`);
    if (text.includes(from, start + 1)) throw new Error(`more than once in ${uri}: ${from}`);
    return this.splice(uri, [{ start, end: start + from.length, text: to }]);
  }
  /** One change notification; each splice refers to the text the ones before it left. Returns the new version. */
  splice(uri, splices) {
    const document = this.document(uri);
    const contentChanges = splices.map(({ start, end, text }) => {
      const range = this.range(document.text, start, end);
      document.text = document.text.slice(0, start) + text + document.text.slice(end);
      return { range, text };
    });
    return this.#change(uri, contentChanges);
  }
  /** The whole text anew, as clients without incremental sync send it. */
  overwrite(uri, text) {
    this.document(uri).text = text;
    return this.#change(uri, [{ text }]);
  }
  #change(uri, contentChanges) {
    const document = this.document(uri);
    document.version += 1;
    const textDocument = { uri, version: document.version };
    this.connection.notify("textDocument/didChange", { textDocument, contentChanges });
    return document.version;
  }
  /** Files changed on disk. 1 made, 2 changed, 3 deleted. */
  changedOnDisk(changes) {
    this.connection.notify("workspace/didChangeWatchedFiles", {
      changes: changes.map(({ file, type }) => ({ uri: uriOf(file), type }))
    });
  }
  document(uri) {
    const document = this.documents.get(uri);
    if (document === void 0) throw new Error(`not open: ${uri}`);
    return document;
  }
  /** Where `needle` begins, `into` characters into it. */
  position(uri, needle, into = 0) {
    const { text } = this.document(uri);
    const at = text.indexOf(needle);
    if (at < 0) throw new Error(`not in ${uri}: ${needle}`);
    return positionAt(text, at + into, this.encoding);
  }
  /** Parameters of most requests about a place. */
  at(uri, needle, into = 0) {
    return { textDocument: { uri }, position: this.position(uri, needle, into) };
  }
  range(text, start, end) {
    return { start: positionAt(text, start, this.encoding), end: positionAt(text, end, this.encoding) };
  }
  /** What a range of the server's covers in the text as it stands. */
  text(uri, range) {
    return textAt(this.document(uri).text, range, this.encoding);
  }
  /** The document's text after edits of the server's, which all refer to the text as it stands. */
  applied(uri, edits) {
    const { text } = this.document(uri);
    return edits.map((edit) => ({
      start: offsetAt(text, edit.range.start, this.encoding),
      end: offsetAt(text, edit.range.end, this.encoding),
      text: edit.newText
    })).sort((a, b) => b.start - a.start).reduce((so, edit) => so.slice(0, edit.start) + edit.text + so.slice(edit.end), text);
  }
  /* ---- diagnostics ---------------------------------------------------------------------------------------- */
  /** The server offered to be asked for diagnostics, in its first answer or later. */
  get pulls() {
    return this.initialized.capabilities.diagnosticProvider !== void 0 || [...this.registrations.values()].some(({ method }) => method === "textDocument/diagnostic");
  }
  get published() {
    return this.connection.notifications.filter(({ method }) => method === "textDocument/publishDiagnostics").map(({ params }) => params);
  }
  /**
   * Diagnostics of the document's present version, as soon as they fit. By whichever way was agreed on: asked for, and
   * asked again at each refresh; or waited for.
   */
  diagnostics(uri, fits = () => true, timeoutMs = 3e4) {
    return this.pulls ? this.#pulled(uri, fits, timeoutMs) : this.#pushed(uri, fits, timeoutMs);
  }
  async #pulled(uri, fits, timeoutMs) {
    const end = Date.now() + timeoutMs;
    for (; ; ) {
      const seen = this.#refreshes;
      const diagnostics = await this.pull(uri, end - Date.now());
      if (diagnostics !== null && fits(diagnostics)) return diagnostics;
      await this.connection.until(
        `a refresh after ${JSON.stringify(diagnostics?.map(({ code, range }) => [code, range.start.line]))}`,
        () => this.#refreshes > seen || diagnostics === null ? true : null,
        end - Date.now()
      );
    }
  }
  /** One request for diagnostics; null when the server was too busy and asks to be asked again. */
  async pull(uri, timeoutMs = 3e4) {
    const document = this.document(uri);
    const { version, resultId } = document;
    try {
      const report = await this.connection.request(
        "textDocument/diagnostic",
        { textDocument: { uri }, ...resultId !== null && { previousResultId: resultId } },
        timeoutMs
      );
      if (document.version !== version) return null;
      document.resultId = report.resultId ?? null;
      if (report.kind === "full") document.diagnostics = report.items;
      return document.diagnostics;
    } catch (error) {
      if (error instanceof ResponseError && error.code === errorCodes.serverCancelled) return null;
      if (error instanceof ResponseError && error.code === errorCodes.contentModified) return null;
      throw error;
    }
  }
  #pushed(uri, fits, timeoutMs) {
    return this.connection.until(
      `diagnostics that fit of version ${this.document(uri).version}`,
      () => {
        const newest = this.published.findLast((published) => published.uri === uri);
        if (newest === void 0 || newest.version !== this.document(uri).version) return null;
        return fits(newest.diagnostics) ? newest.diagnostics : null;
      },
      timeoutMs
    );
  }
  /* ---- the end --------------------------------------------------------------------------------------------- */
  async shutdown() {
    await this.connection.request("shutdown");
    this.connection.notify("exit");
    return this.connection.process.ended;
  }
  #answerServer() {
    const { connection } = this;
    connection.onRequest(
      "client/registerCapability",
      ({ registrations }) => {
        for (const registration of registrations) this.registrations.set(registration.id, registration);
      }
    );
    connection.onRequest(
      "client/unregisterCapability",
      ({ unregisterations }) => {
        for (const { id } of unregisterations) this.registrations.delete(id);
      }
    );
    connection.onRequest(
      "workspace/configuration",
      ({ items }) => items.map(({ section }) => this.#setting(section))
    );
    connection.onRequest("workspace/diagnostic/refresh", () => {
      this.#refreshes += 1;
    });
    for (const kind of ["codeLens", "inlayHint", "semanticTokens", "textDocumentContent"])
      connection.onRequest(`workspace/${kind}/refresh`, () => null);
    connection.onRequest("window/workDoneProgress/create", () => null);
    connection.onRequest("window/showDocument", () => ({ success: true }));
    connection.onRequest("window/showMessageRequest", () => null);
    connection.onRequest("workspace/applyEdit", ({ edit }) => {
      this.appliedEdits.push(edit);
      return { applied: true };
    });
  }
  #setting(section) {
    const all = { vringside: this.settings };
    return (section ?? "").split(".").filter((name) => name !== "").reduce((at, name) => at?.[name], all);
  }
};
function uriOf(file) {
  return pathToFileURL(file).href;
}
function fileOf(uri) {
  return fileURLToPath2(uri);
}

// test/protocol/campaign/asking.ts
function advertised(capabilities) {
  const by = [
    [capabilities.hoverProvider, ["textDocument/hover"]],
    [capabilities.definitionProvider, ["textDocument/definition"]],
    [capabilities.referencesProvider, ["textDocument/references"]],
    [capabilities.documentHighlightProvider, ["textDocument/documentHighlight"]],
    [capabilities.documentSymbolProvider, ["textDocument/documentSymbol"]],
    [capabilities.workspaceSymbolProvider, ["workspace/symbol"]],
    [capabilities.codeActionProvider, ["textDocument/codeAction"]],
    [capabilities.codeLensProvider, ["textDocument/codeLens"]],
    [capabilities.documentLinkProvider, ["textDocument/documentLink"]],
    [capabilities.inlayHintProvider, ["textDocument/inlayHint"]],
    [capabilities.completionProvider, ["textDocument/completion"]],
    [capabilities.callHierarchyProvider, ["textDocument/prepareCallHierarchy"]],
    [capabilities.semanticTokensProvider, ["textDocument/semanticTokens/full"]],
    [capabilities.diagnosticProvider, ["textDocument/diagnostic"]]
  ];
  return by.flatMap(([provider, methods]) => provider === void 0 || provider === false ? [] : methods);
}
var ownMethods = ["vringside/matrix", "vringside/sites"];
function following(method, answer, capabilities) {
  const items = Array.isArray(answer) ? answer : [];
  const first = items[0];
  if (first === void 0) return [];
  switch (method) {
    case "textDocument/prepareCallHierarchy":
      return [
        { method: "callHierarchy/incomingCalls", params: { item: first } },
        { method: "callHierarchy/outgoingCalls", params: { item: first } }
      ];
    case "textDocument/codeLens":
      return capabilities.codeLensProvider?.resolveProvider === true ? [{ method: "codeLens/resolve", params: first }] : [];
    case "textDocument/codeAction": {
      const provider = capabilities.codeActionProvider;
      const resolves = typeof provider === "object" && provider.resolveProvider === true;
      return resolves ? [{ method: "codeAction/resolve", params: first }] : [];
    }
    default:
      return [];
  }
}
function question(client, method, { uri, start, end }) {
  const { text } = client.document(uri);
  const position = positionAt(text, start, client.encoding);
  const range = client.range(text, start, end);
  const textDocument = { uri };
  switch (method) {
    case "workspace/symbol":
      return { method, params: { query: text.slice(start, Math.min(end, start + 4)) } };
    case "textDocument/codeAction":
      return { method, params: { textDocument, range, context: { diagnostics: [] } } };
    case "textDocument/inlayHint":
      return { method, params: { textDocument, range } };
    case "textDocument/references":
      return { method, params: { textDocument, position, context: { includeDeclaration: true } } };
    case "textDocument/codeLens":
    case "textDocument/documentLink":
    case "textDocument/documentSymbol":
    case "textDocument/diagnostic":
    case "textDocument/semanticTokens/full":
    case "vringside/sites":
      return { method, params: { textDocument } };
    default:
      return { method, params: { textDocument, position } };
  }
}
function somewhere(client, uri, random) {
  const { text } = client.document(uri);
  let start = random.below(text.length + 1);
  if (random.chance(0.7)) {
    const name = /[A-Za-z_]\w{3,}/g;
    name.lastIndex = start;
    start = name.exec(text)?.index ?? start;
  }
  if (/[\udc00-\udfff]/.test(text[start] ?? "") && /[\ud800-\udbff]/.test(text[start - 1] ?? "")) start -= 1;
  const end = Math.min(text.length, start + random.magnitude(1, 400));
  return { uri, start, end: /[\udc00-\udfff]/.test(text[end] ?? "") ? end - 1 : end };
}

// test/fuzz/mutations.ts
var dictionary = [
  ..."( ) { } [ ] ; , : ? # ## ... -> . * & && || ! = == ( ( ) ) { } } {".split(" "),
  ...[
    '"',
    "'",
    "/*",
    "*/",
    "//",
    "\\",
    "\\\n",
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\f",
    "\uFEFF",
    "\u2028",
    "\xE9",
    "\u{1F600}"
  ],
  ...["\uD83D", "\n#if A\n", "\n#ifdef CONFIG_X\n", "\n#elif B\n", "\n#else\n", "\n#endif\n", "\n#if 0\n"],
  ...[
    "\n#define X(a...) a ## b\n",
    "\n#define X",
    "\n#undef X\n",
    "\n#include <linux/virtio.h>\n",
    '\n#include "'
  ],
  ...[
    "typeof(",
    "__attribute__((",
    'asm volatile("',
    "({",
    "})",
    "do {",
    "while (",
    "if (",
    "else",
    "switch (x) {"
  ],
  ...[
    "case 1 ... 2:",
    "default:",
    "goto x;",
    "goto *x;",
    "x:",
    "return",
    "struct",
    "union {",
    "enum {",
    "typedef"
  ],
  ...["static", "inline", "__free(kfree)", "guard(mutex)(&x);", "scoped_guard(spinlock, &x) {", "_Generic("],
  ...[
    "list_for_each_entry(a, b, c)",
    "SYSCALL_DEFINE3(",
    "DEFINE_MUTEX(x);",
    "container_of(",
    "sizeof(struct x)"
  ],
  ...["virt_to_phys(", "sg_phys(sg)", "page_to_pfn(", "cpu_to_virtio64(vdev, ", "virtio_has_feature(vdev, "],
  ...["VIRTIO_F_ACCESS_PLATFORM", "vq->use_dma_api", "vring_use_dma_api(vdev)", "xen_domain()", "BIT_ULL("],
  ...[
    "__virtio_clear_bit(",
    ".validate = ",
    ".feature_table = ",
    "virtqueue_add_sgs(",
    "1ULL <<",
    "0x",
    "L'"
  ]
];

// test/protocol/campaign/edits.ts
var statements = [
  "\n	desc->addr = cpu_to_virtio64(vdev, virt_to_phys(desc));",
  "\n	if (!virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM))\n		return false;",
  "\n	if (virtio_has_dma_quirk(vdev))\n		return true;",
  "\n	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);",
  "\n	sg_init_one(&sg, buf, len);\n	virtqueue_add_outbuf(vq, &sg, 1, buf, GFP_KERNEL);",
  "\n	*addr = (dma_addr_t)sg_phys(sg);",
  "\n/* vringside-ignore secure-guest-unreadable: by hand */",
  "\n#ifdef CONFIG_X\n",
  "\n#endif\n"
];
function randomEdit(text, original, random) {
  if (text.length > original.length * 1.5 || random.chance(0.02))
    return [{ start: 0, end: text.length, text: original }];
  const count = random.chance(0.1) ? random.magnitude(2, 6) : 1;
  const splices = [];
  let now = text;
  for (let i = 0; i < count; i += 1) {
    const splice = whole(now, oneEdit(now, original, random));
    now = now.slice(0, splice.start) + splice.text + now.slice(splice.end);
    splices.push(splice);
  }
  return splices;
}
function oneEdit(text, original, random) {
  const at = random.below(text.length + 1);
  switch (random.below(8)) {
    case 0:
    // a letter typed
    case 1:
      return { start: at, end: at, text: random.pick([..."abcxyz_0123456789 \n	;(){}*&!"]) };
    case 2:
      return { start: at, end: Math.min(text.length, at + 1), text: "" };
    case 3: {
      const start = text.lastIndexOf("\n", at) + 1;
      let end = start;
      for (let lines = random.magnitude(1, 8); lines > 0 && end >= 0; lines -= 1)
        end = text.indexOf("\n", end) + 1 || text.length;
      return { start, end, text: "" };
    }
    case 4:
      return atStatement(text, at, random.pick(statements));
    case 5:
      return { start: at, end: at, text: random.pick(dictionary) };
    case 6: {
      const source = random.chance(0.5) ? text : original;
      const from = random.below(source.length + 1);
      return { start: at, end: at, text: source.slice(from, from + random.magnitude(1, 2e3)) };
    }
    default: {
      const end = random.chance(0.5) ? text.length : at;
      return end === at ? { start: 0, end: at, text: original.slice(0, Math.min(at, original.length)) } : { start: at, end, text: original.slice(Math.min(at, original.length)) };
    }
  }
}
function atStatement(text, at, statement) {
  const place = /[;{]/g;
  place.lastIndex = at;
  const found = place.exec(text)?.index;
  const start = found === void 0 ? at : found + 1;
  return { start, end: start, text: statement };
}
function whole(text, { start, end, text: inserted }) {
  const isInside = (at) => /[\udc00-\udfff]/.test(text[at] ?? "") && /[\ud800-\udbff]/.test(text[at - 1] ?? "") || text[at] === "\n" && text[at - 1] === "\r";
  return { start: isInside(start) ? start - 1 : start, end: isInside(end) ? end + 1 : end, text: inserted };
}

// test/protocol/campaign/well-formed.ts
import { existsSync, readFileSync as readFileSync2 } from "node:fs";
function malformed(answer, texts) {
  const problems = [];
  visit(answer, texts.uri, "", texts, problems);
  return problems;
}
function visit(value, uri, path, texts, problems) {
  if (value === void 0 || value === null) return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) problems.push(`${path}: ${value}`);
    return;
  }
  if (typeof value !== "object") return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      visit(item, uri, `${path}[${index}]`, texts, problems);
    });
    return;
  }
  if (isRange(value)) {
    const problem = rangeProblem(value, uri, texts);
    if (problem !== null) problems.push(`${path}: ${problem}: ${JSON.stringify(value)}`);
    return;
  }
  const record = value;
  const named = record.uri ?? record.targetUri ?? record.textDocument?.uri;
  const here = typeof named === "string" ? named : uri;
  for (const [key, inner] of Object.entries(record)) {
    const place = key === "originSelectionRange" ? uri : here;
    if (key === "changes" && inner !== null && typeof inner === "object" && !Array.isArray(inner))
      for (const [file, edits] of Object.entries(inner))
        visit(edits, file, `${path}.changes[${file}]`, texts, problems);
    else visit(inner, place, `${path}.${key}`, texts, problems);
  }
}
function isRange(value) {
  const { start, end } = value;
  return typeof start?.line === "number" && typeof end?.line === "number" && "character" in start;
}
function rangeProblem(range, uri, texts) {
  const candidates = textsOf(uri, texts);
  let problem = null;
  for (const text of candidates) {
    try {
      textAt(text, range, texts.encoding);
      return null;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return problem;
}
function textsOf(uri, { texts }) {
  const open = texts(uri);
  if (open.length > 0) return open;
  if (!uri.startsWith("file:") || !existsSync(fileOf(uri))) return [];
  return [readFileSync2(fileOf(uri), "utf8")];
}
function malformedTokens(data, legend, text, encoding) {
  if (data.length % 5 !== 0) return [`${data.length} numbers`];
  const problems = [];
  let line = 0;
  let character = 0;
  for (let at = 0; at < data.length; at += 5) {
    const [lines = 0, characters = 0, length = 0, type = 0, modifiers = 0] = data.slice(at, at + 5);
    line += lines;
    character = lines === 0 ? character + characters : characters;
    const range = { start: { line, character }, end: { line, character: character + length } };
    try {
      if (textAt(text, range, encoding) === "") problems.push(`empty token ${JSON.stringify(range)}`);
    } catch (error) {
      problems.push(`token ${JSON.stringify(range)}: ${String(error)}`);
    }
    if (legend.tokenTypes[type] === void 0) problems.push(`token type ${type}`);
    if (modifiers >= 2 ** legend.tokenModifiers.length) problems.push(`token modifiers ${modifiers}`);
  }
  return problems;
}

// test/protocol/campaign/campaign.ts
var MOST_PROBLEMS = 20;
var ANSWER_TIMEOUT_MS = 12e4;
var passing = /* @__PURE__ */ new Set([
  errorCodes.contentModified,
  errorCodes.requestCancelled,
  errorCodes.serverCancelled
]);
var garbage = [
  "not JSON",
  '{"jsonrpc":"2.0","id":1,"met',
  "[]",
  "null",
  '{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///never.c"}}}',
  '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99999999}}',
  '{"jsonrpc":"2.0","method":"workspace/didChangeWatchedFiles","params":{"changes":[{"uri":"file:///never.c","type":3}]}}'
];
async function runCampaign(plan) {
  const campaign = new Campaign(plan);
  await campaign.start();
  try {
    await campaign.run();
  } catch (error) {
    campaign.complain(`the server failed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await campaign.end();
  }
  return campaign.result();
}
var Campaign = class {
  #plan;
  #random;
  #problems = [];
  #client;
  #uris = [];
  #originals = /* @__PURE__ */ new Map();
  #edits = 0;
  #requests = 0;
  #comparisons = 0;
  #texts = null;
  #open = [];
  /** Every text a document had while answers are awaited, by the count of edits it came with. */
  #history = /* @__PURE__ */ new Map();
  constructor(plan) {
    this.#plan = plan;
    this.#random = new Random(plan.seed, 0);
    this.#client = Client.unborn({ roots: [plan.root], profile: plan.profile });
  }
  async start() {
    await this.#client.initialize();
    for (const file of this.#plan.files) {
      const uri = this.#client.open(join2(this.#plan.root, file));
      this.#uris.push(uri);
      this.#originals.set(uri, this.#client.document(uri).text);
      this.#remember(uri);
    }
  }
  async run() {
    const methods = [...advertised(this.#client.initialized.capabilities), ...ownMethods];
    while (this.#edits < this.#plan.edits && this.#problems.length < MOST_PROBLEMS) {
      this.#edit();
      if (this.#random.chance(0.3)) this.#ask(this.#random.pick(methods));
      if (this.#random.chance(0.02)) this.#client.connection.sendBytes(frame(this.#random.pick(garbage)));
      if (this.#random.chance(0.1)) await this.#settle();
      if (this.#edits % this.#plan.compareEvery === 0) await this.#compare(methods);
      if (this.#edits % 100 === 0) this.#plan.onProgress?.(this.#edits);
    }
    if (this.#edits % this.#plan.compareEvery !== 0) await this.#compare(methods);
    this.#checkSaid();
  }
  async end() {
    this.#client.connection.kill();
    await this.#client.connection.process.ended;
  }
  complain(problem) {
    this.#texts ??= new Map(this.#uris.map((uri) => [uri, this.#client.document(uri).text]));
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(`behind edit ${this.#edits}: ${problem}`);
  }
  result() {
    return {
      edits: this.#edits,
      requests: this.#requests,
      comparisons: this.#comparisons,
      problems: this.#problems,
      texts: this.#texts
    };
  }
  #edit() {
    const uri = this.#random.pick(this.#uris);
    const original = this.#originals.get(uri) ?? "";
    const { text } = this.#client.document(uri);
    if (this.#random.chance(0.01)) this.#client.overwrite(uri, original);
    else this.#client.splice(uri, randomEdit(text, original, this.#random));
    this.#edits += 1;
    this.#remember(uri);
  }
  #remember(uri) {
    const entry = { edit: this.#edits, text: this.#client.document(uri).text };
    const known = this.#history.get(uri);
    if (known === void 0) this.#history.set(uri, [entry]);
    else known.push(entry);
  }
  /** The texts of a document since an edit, that one's included. */
  #textsSince(uri, edit) {
    const known = this.#history.get(uri) ?? [];
    const first = known.findLastIndex((entry) => entry.edit <= edit);
    return known.slice(Math.max(0, first)).map(({ text }) => text);
  }
  #ask(method) {
    const uri = this.#random.pick(this.#uris);
    const { params } = question(this.#client, method, somewhere(this.#client, uri, this.#random));
    const cancels = this.#random.chance(0.1);
    const { id, answer } = this.#client.connection.start(method, params, ANSWER_TIMEOUT_MS);
    this.#requests += 1;
    if (cancels) this.#client.connection.cancel(id);
    const asked = this.#edits;
    this.#open.push(
      answer.then(
        (result) => this.#check(method, uri, asked, result),
        (error) => this.#checkError(method, error)
      )
    );
  }
  /** Edited meanwhile: which of the texts since then it is about cannot be known from outside. */
  #check(method, uri, asked, answer) {
    const { encoding } = this.#client;
    const texts = (other) => this.#textsSince(other, asked);
    for (const problem of malformed(answer, { encoding, uri, texts })) this.complain(`${method}: ${problem}`);
    const legend = this.#client.initialized.capabilities.semanticTokensProvider?.legend;
    const { data } = answer ?? {};
    if (method !== "textDocument/semanticTokens/full" || legend === void 0 || data === void 0) return;
    const [first = [], ...others] = texts(uri).map((text) => malformedTokens(data, legend, text, encoding));
    if (first.length > 0 && others.every((problems) => problems.length > 0))
      for (const problem of first) this.complain(`${method}: ${problem}`);
  }
  #checkError(method, error) {
    if (error instanceof ResponseError && passing.has(error.code)) return;
    this.complain(`${method}: ${error instanceof Error ? error.message : String(error)}`);
  }
  async #settle() {
    await Promise.all(this.#open.splice(0));
    this.#history.clear();
    for (const uri of this.#uris) this.#remember(uri);
    this.#checkPublished();
  }
  /** Versions only grow, and are none that was not sent. */
  #checkPublished() {
    const { notifications } = this.#client.connection;
    const newest = /* @__PURE__ */ new Map();
    for (const { uri, version = 0 } of this.#client.published) {
      if (version < (newest.get(uri) ?? 0)) this.complain(`version ${version} of ${uri} behind a newer one`);
      if (version > (this.#client.documents.get(uri)?.version ?? version))
        this.complain(`version ${version} of ${uri} was never sent`);
      newest.set(uri, version);
    }
    this.#checkSaid();
    const last = this.#uris.flatMap((uri) => {
      const found = notifications.findLast(
        ({ method, params }) => method === "textDocument/publishDiagnostics" && params.uri === uri
      );
      return found === void 0 ? [] : [found];
    });
    notifications.splice(0, notifications.length, ...last);
  }
  /** A defect the server caught is a defect. */
  #checkSaid() {
    for (const { method, params } of this.#client.connection.notifications) {
      const { type, message } = params ?? {};
      if (method === "window/logMessage" && type === 1) this.complain(`it says: ${message}`);
    }
    const log = this.#client.connection.process.log();
    const defect = /^.*(?:TypeError|RangeError|ReferenceError|Unhandled|FATAL|Maximum call stack).*$/m.exec(
      log
    );
    if (defect !== null) this.complain(`on standard error: ${defect[0]}`);
  }
  async #compare(methods) {
    await this.#settle();
    this.#comparisons += 1;
    const fresh = await Client.start({ roots: [this.#plan.root], profile: this.#plan.profile });
    try {
      for (const uri of this.#uris) fresh.open(uri, this.#client.document(uri).text);
      for (const uri of this.#uris) {
        await this.#compareOne(
          uri,
          "diagnostics",
          (client) => client.diagnostics(uri, void 0, ANSWER_TIMEOUT_MS),
          fresh
        );
        for (const method of methods) await this.#compareMethod(method, uri, fresh);
      }
      await fresh.shutdown();
    } finally {
      fresh.connection.kill();
    }
  }
  async #compareMethod(method, uri, fresh) {
    if (method === "textDocument/diagnostic") return;
    const place = somewhere(this.#client, uri, this.#random);
    const { params } = question(this.#client, method, place);
    const ask = (client) => client.connection.request(method, params, ANSWER_TIMEOUT_MS);
    const answer = await this.#compareOne(uri, method, ask, fresh);
    this.#check(method, uri, this.#edits, answer);
    for (const next of following(method, answer, this.#client.initialized.capabilities)) {
      const result = await this.#client.connection.request(next.method, next.params, ANSWER_TIMEOUT_MS);
      this.#check(next.method, uri, this.#edits, result);
    }
  }
  async #compareOne(uri, what, ask, fresh) {
    this.#requests += 1;
    const [here, there] = await Promise.all([ask(this.#client), ask(fresh)]);
    if (!isDeepStrictEqual(plain(here), plain(there)))
      this.complain(`${what} of ${uri}: ${difference(plain(here), plain(there))}`);
    return here;
  }
};
function plain(answer) {
  const text = JSON.stringify(
    answer ?? null,
    (key, value) => key === "resultId" || key === "data" && typeof value !== "object" ? void 0 : value
  );
  return JSON.parse(text);
}
function difference(here, there) {
  const [a, b] = [JSON.stringify(here), JSON.stringify(there)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text) => text.slice(Math.max(0, at - 200), at + 200);
  return `after edits \u2026${around(a)}\u2026
  fresh \u2026${around(b)}\u2026`;
}

// test/support/kernel-tree.ts
import { execFileSync } from "node:child_process";
import { existsSync as existsSync2, mkdirSync, renameSync, rmSync as rmSync2 } from "node:fs";
import { homedir } from "node:os";
import { join as join3 } from "node:path";
function kernelTreesFolder() {
  return process.env.VRINGSIDE_TREES ?? join3(homedir(), ".cache", "vringside-trees");
}
function kernelTree(version) {
  const root2 = join3(kernelTreesFolder(), `linux-source-${version}`);
  if (existsSync2(join3(root2, "Makefile"))) return root2;
  const archive = `/usr/src/linux-source-${version}.tar.xz`;
  if (process.env.CI !== void 0) {
    if (!existsSync2(archive))
      throw new Error(
        `CI runs must not skip kernel tests: ${archive} is missing (apt-get install linux-source-${version})`
      );
    unpack(archive, root2);
    return root2;
  }
  process.stderr.write(
    `
*** SKIPPED: no Linux ${version} sources at ${root2}.
*** apt-get install linux-source-${version}, then: mkdir -p ${kernelTreesFolder()} && tar -xf ${archive} -C ${kernelTreesFolder()}

`
  );
  return null;
}
function unpack(archive, root2) {
  const part = `${root2}.part-${process.pid}`;
  rmSync2(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  execFileSync("tar", ["-xf", archive, "--strip-components=1", "-C", part], { stdio: "inherit" });
  try {
    renameSync(part, root2);
  } catch (error) {
    rmSync2(part, { recursive: true, force: true });
    if (!existsSync2(join3(root2, "Makefile"))) throw error;
  }
}

// test/tools/lsp-campaign.ts
var { values } = parseArgs({
  options: {
    edits: { type: "string", default: "50000" },
    seed: { type: "string", default: "1" },
    tree: { type: "string", default: "demo" },
    client: { type: "string", default: "vscode" },
    "compare-every": { type: "string", default: "500" }
  }
});
var scratch = mkdtempSync2(join4(tmpdir2(), "vringside-campaign-"));
var isClean = false;
try {
  const { root: root2, files } = treeOf(values.tree);
  const began = performance.now();
  const rate = (edits) => {
    const seconds = (performance.now() - began) / 1e3;
    return `${edits} edits in ${seconds.toFixed(0)} s, ${(edits / seconds).toFixed(0)} a second`;
  };
  const result = await runCampaign({
    root: root2,
    files,
    edits: Number(values.edits),
    seed: Number(values.seed),
    profile: values.client === "neovim" ? neovim : vscode,
    compareEvery: Number(values["compare-every"]),
    onProgress: (edits) => {
      if (edits % 1e3 === 0) console.log(rate(edits));
    }
  });
  isClean = result.problems.length === 0;
  for (const problem of result.problems) console.log(problem);
  for (const [uri, text] of result.texts ?? []) writeFileSync(join4(scratch, basename2(uri)), text);
  console.log(
    `seed ${values.seed}, ${values.tree}, ${values.client}: ${rate(result.edits)}; ${result.requests} requests, ${result.comparisons} comparisons with a fresh server, ${result.problems.length} problems`
  );
  if (!isClean) console.log(`texts: ${scratch}`);
  process.exitCode = isClean ? 0 : 1;
} finally {
  if (isClean) rmSync3(scratch, { recursive: true, force: true });
}
function treeOf(name) {
  if (name === "6.12" || name === "6.1") {
    const root3 = kernelTree(name);
    if (root3 === null) throw new Error(`no kernel ${name}`);
    return {
      root: root3,
      files: ["drivers/virtio/virtio_ring.c", "drivers/net/virtio_net.c", "drivers/virtio/virtio.c"]
    };
  }
  const root2 = join4(scratch, "demo");
  cpSync(join4(root, "fixtures/demo"), root2, { recursive: true });
  const drivers = [
    "virtio/virtio_ring.c",
    "virtio/virtio_balloon.c",
    "char/virtio_demo_log.c",
    "gpu/drm/virtio/virtgpu_object.c"
  ];
  return { root: root2, files: [...drivers.map((file) => `drivers/${file}`), "include/linux/virtio_config.h"] };
}
