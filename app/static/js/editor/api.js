// REST calls of a page: the browser's session is exchanged for a short-lived token, every call carries it.
// `configure({tokenAddress, csrf})` once; then `call("POST", "/workflows/analyse", {text})` gives `data` of the answer.
const BASE = "/api/v1";
const settings = { tokenAddress: "", csrf: "" };
let token = null;

export class ApiError extends Error {
  constructor(status, message, details) {
    super(message);
    this.status = status; // 0: no connection
    this.details = details;
  }
}

export function configure(given) {
  Object.assign(settings, given);
}

/** `data` of the answer, or the whole answer where it has none. Throws ApiError; an abort throws AbortError. */
export async function call(method, path, body, options = {}) {
  return (await answered(method, path, body, options)).data;
}

/** As `call`, with the response itself: {status, headers, data, message}. */
export async function answered(method, path, body, { signal, headers, keepalive } = {}) {
  const send = async () => fetch(BASE + path, {
    method, signal, keepalive,
    headers: {
      Authorization: `Bearer ${await bearer()}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  let response = await reached(send);
  if (response.status === 401) {
    token = null;
    response = await reached(send);
  }
  return read(response);
}

/** The token of a live address that can't send headers (event streams). */
export async function bearer() {
  token ??= fresh().catch((error) => { token = null; throw error; });
  return token;
}

async function fresh() {
  const response = await reached(() => fetch(settings.tokenAddress, { method: "POST", headers: { "X-CSRFToken": settings.csrf } }));
  if (response.status === 401) throw new ApiError(401, "You are signed out. Sign in again in another tab, then go on here.");
  if (!response.ok) throw new ApiError(response.status, "The session can’t be renewed. Copy your text, reload the page and paste it.");
  return (await response.json()).access_token;
}

async function reached(send) {
  try {
    return await send();
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ApiError) throw error;
    throw new ApiError(0, "The server can’t be reached. What you typed stays here; it is tried again.");
  }
}

async function read(response) {
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, answer?.error ?? `The server answered ${response.status}.`, answer?.details);
  const data = answer && "data" in answer ? answer.data : answer;
  return { status: response.status, headers: response.headers, message: answer?.message ?? null, data };
}
