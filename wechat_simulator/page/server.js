/* Client of the control interface /_sim/…. */

/** The simulator refused a request; the message is its explanation. */
export class Refusal extends Error {}

let account = ""; // an app id; "" for the first account

/** Use that account for all further requests. */
export const useAccount = (appId) => {
  account = appId;
};

/** GET a JSON document from the control interface. */
export const get = (path) => call(path);

/** POST a JSON document to the control interface. */
export const post = (path, body = {}) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** Send DELETE to the control interface. */
export const remove = (path) => call(path, { method: "DELETE" });

async function call(path, options) {
  const query = account ? `${path.includes("?") ? "&" : "?"}account=${encodeURIComponent(account)}` : "";
  const answer = await fetch(`/_sim/${path}${query}`, options);
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(refusalText(text) || `模拟器返回 ${answer.status}`);
  return text ? JSON.parse(text) : null;
}

function refusalText(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return ""; // not JSON: an error page with nothing to show
  }
}

/** Merge calls: `action` runs once, `pause` milliseconds after the first of several calls. */
export function soon(action, pause) {
  let timer = null;
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      action();
    }, pause);
  };
}

/**
 * Listen to server-sent events: `onEvent({what, openid})` for each, `onState(live)` when the connection opens or fails.
 * Anything may have changed during an interruption, so the caller should reload everything when `live` becomes true.
 */
export function listen(onEvent, onState) {
  const line = new EventSource("/_sim/events");
  line.onopen = () => onState(true);
  line.onmessage = ({ data }) => onEvent(JSON.parse(data));
  line.onerror = () => {
    onState(false);
    if (line.readyState !== EventSource.CLOSED) return; // the browser reconnects by itself
    setTimeout(() => listen(onEvent, onState), 2000);
  };
}
