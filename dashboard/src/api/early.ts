// What public/start.js asked for before this code was there: each is taken once.
declare global {
  var early: { socket: WebSocket | null; answers: Map<string, Promise<Response>> } | undefined;
}

export function takeSocket(): WebSocket | null {
  const socket = globalThis.early?.socket ?? null;
  if (globalThis.early) globalThis.early.socket = null;
  return socket !== null && socket.readyState <= WebSocket.OPEN ? socket : null;
}

export function takeAnswer(path: string): Promise<Response> | null {
  const answer = globalThis.early?.answers.get(path) ?? null;
  globalThis.early?.answers.delete(path);
  return answer;
}
