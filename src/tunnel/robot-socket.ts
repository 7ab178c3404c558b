import { type RawData, WebSocket } from "ws";
import {
  CLOSE_CODE,
  type OrchestratorMessage,
  type Outgoing,
  openMessage,
  orchestratorMessage,
  PROTOCOL_VERSION,
  type RobotMessage,
} from "../contracts/index.ts";
import type { Clock } from "../core/clock.ts";
import { type AppError, messageOf } from "../core/errors.ts";
import { newId } from "../core/ids.ts";
import { tunnelErrors } from "./errors.ts";
import { livenessOf, type TunnelLog } from "./tunnel-config.ts";

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** How a connection ended: `refused` is final, `dropped` is worth another try. */
export type SocketEnd =
  | { readonly kind: "refused"; readonly error: AppError }
  | { readonly kind: "dropped"; readonly reason: string };

interface SocketHandlers {
  onOpen(): void;
  /** A message that answers no open request. */
  onMessage(message: OrchestratorMessage): void;
  /** Once, whatever happens; requests that were open have rejected by then. */
  onEnd(end: SocketEnd): void;
}

interface SocketTools {
  readonly log: TunnelLog;
  readonly clock: Clock;
}

interface DialRequest {
  readonly url: string;
  readonly key: string;
  readonly robotName: string;
  readonly connectTimeoutMs: number;
}

interface OpenRequest {
  readonly type: string;
  readonly timer: NodeJS.Timeout;
  resolve(answer: OrchestratorMessage): void;
  reject(error: AppError): void;
}

/** One connection, dialed when it is made: envelope numbering, answers by correlation id, liveness. */
export class RobotSocket {
  readonly #dial: DialRequest;
  readonly #handlers: SocketHandlers;
  readonly #tools: SocketTools;
  readonly #socket: WebSocket;
  readonly #open = new Map<string, OpenRequest>();
  #seq = 0;
  #heardAtMs: number;
  #pinger: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(dial: DialRequest, handlers: SocketHandlers, tools: SocketTools) {
    this.#dial = dial;
    this.#handlers = handlers;
    this.#tools = tools;
    this.#heardAtMs = tools.clock.monotonicMs();
    this.#socket = new WebSocket(dial.url, {
      headers: { authorization: `Bearer ${dial.key}` },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handshakeTimeout: dial.connectTimeoutMs,
      followRedirects: false,
    });
    this.#listen();
  }

  /** Resolves with the answer. Rejects with TUNNEL_NOT_CONNECTED, TUNNEL_NO_ANSWER, TUNNEL_TRY_LATER or TUNNEL_REFUSED. */
  request(message: Outgoing<RobotMessage>, timeoutMs: number): Promise<OrchestratorMessage> {
    if (this.#ended || this.#socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(tunnelErrors.TUNNEL_NOT_CONNECTED({ request: message.type }));
    }
    const id = newId();
    this.#seq += 1;
    const ts = this.#tools.clock.now().toISOString();
    const text = JSON.stringify({ v: PROTOCOL_VERSION, id, ts, seq: this.#seq, ...message });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#open.delete(id);
        reject(tunnelErrors.TUNNEL_NO_ANSWER({ request: message.type, timeoutMs }));
      }, timeoutMs);
      this.#open.set(id, { type: message.type, timer, resolve, reject });
      this.#socket.send(text);
    });
  }

  /** From now on silence for half a lease ends the connection. */
  watch(leaseMs: number): void {
    const { pingMs, silenceMs } = livenessOf(leaseMs);
    clearInterval(this.#pinger);
    this.#pinger = setInterval(() => {
      const silentMs = this.#tools.clock.monotonicMs() - this.#heardAtMs;
      if (silentMs > silenceMs) this.drop("the peer is silent");
      else this.#socket.ping();
    }, pingMs);
  }

  /** Ends it at once without the closing handshake; `onEnd` comes with that reason. */
  drop(reason: string): void {
    this.#end({ kind: "dropped", reason });
  }

  /** Ends it politely; resolves when it is closed, after at most a second. */
  async close(): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1_000);
      this.#socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      this.#socket.close(1000);
    });
    this.drop("closed by the robot");
  }

  #listen(): void {
    const heard = (): void => {
      this.#heardAtMs = this.#tools.clock.monotonicMs();
    };
    this.#socket.on("open", () => {
      heard();
      this.#handlers.onOpen();
    });
    this.#socket.on("message", (data) => {
      heard();
      if (!this.#ended) this.#receive(textOf(data));
    });
    this.#socket.on("ping", heard);
    this.#socket.on("pong", heard);
    this.#socket.on("unexpected-response", (_request, response) =>
      this.#end(endOfStatus(response.statusCode ?? 0, this.#dial.url)),
    );
    this.#socket.on("error", (error) => this.drop(messageOf(error)));
    this.#socket.on("close", (code, reason) => this.#end(endOfCode(code, reason.toString(), this.#dial)));
  }

  #receive(text: string): void {
    const opened = openMessage(text);
    if (opened.kind === "other-version") return this.#end({ kind: "refused", error: otherVersion(this.#dial.url) });
    if (opened.kind === "malformed") return this.#ignore({ problem: opened.problem });
    const read = orchestratorMessage.safeParse(opened.message);
    if (!read.success) return this.#ignore({ type: opened.type, problem: problemOf(read.error) });
    const message = read.data;
    const request = this.#open.get(message.correlationId ?? "");
    if (request === undefined) return this.#handlers.onMessage(message);
    this.#open.delete(message.correlationId ?? "");
    clearTimeout(request.timer);
    if (message.type === "error") return request.reject(refusalOf(request.type, message.payload));
    request.resolve(message);
  }

  #ignore(facts: object): void {
    this.#tools.log.warn(facts, "message of the orchestrator ignored");
  }

  #end(how: SocketEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#pinger);
    for (const request of this.#open.values()) {
      clearTimeout(request.timer);
      request.reject(tunnelErrors.TUNNEL_NOT_CONNECTED({ request: request.type }));
    }
    this.#open.clear();
    this.#socket.terminate();
    this.#handlers.onEnd(how);
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString();
}

function problemOf(error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const [first] = error.issues;
  return first === undefined ? "unreadable" : `${first.path.map(String).join(".")}: ${first.message}`;
}

function refusalOf(request: string, answer: { code: string; message: string; retryable: boolean }): AppError {
  const facts = { request, code: answer.code, reason: answer.message };
  return answer.retryable ? tunnelErrors.TUNNEL_TRY_LATER(facts) : tunnelErrors.TUNNEL_REFUSED(facts);
}

const otherVersion = (url: string): AppError =>
  tunnelErrors.TUNNEL_PROTOCOL_VERSION({ url, version: PROTOCOL_VERSION });

/** What an HTTP answer instead of the upgrade means. */
function endOfStatus(status: number, url: string): SocketEnd {
  if (status === 401) return { kind: "refused", error: tunnelErrors.TUNNEL_UNAUTHORIZED({ url }) };
  if (status === 403) return { kind: "refused", error: tunnelErrors.TUNNEL_FORBIDDEN({ url }) };
  if (status === 426) return { kind: "refused", error: otherVersion(url) };
  return { kind: "dropped", reason: `HTTP status ${status} instead of a WebSocket` };
}

/** What a close code means. */
function endOfCode(
  code: number,
  reason: string,
  dial: { readonly url: string; readonly robotName: string },
): SocketEnd {
  const { url } = dial;
  if (code === CLOSE_CODE.unauthorized) return { kind: "refused", error: tunnelErrors.TUNNEL_UNAUTHORIZED({ url }) };
  if (code === CLOSE_CODE.forbidden) return { kind: "refused", error: tunnelErrors.TUNNEL_FORBIDDEN({ url }) };
  if (code === CLOSE_CODE.protocolVersion) return { kind: "refused", error: otherVersion(url) };
  if (code === CLOSE_CODE.replaced) {
    return { kind: "refused", error: tunnelErrors.TUNNEL_REPLACED({ name: dial.robotName }) };
  }
  if (code === CLOSE_CODE.nameTaken) {
    return { kind: "refused", error: tunnelErrors.TUNNEL_NAME_TAKEN({ name: dial.robotName }) };
  }
  return { kind: "dropped", reason: reason === "" ? `close code ${code}` : `close code ${code}: ${reason}` };
}
