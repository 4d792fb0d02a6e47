/* The control interface of the simulator, /_sim/…, as the page uses it. */

/** The simulator said no; its words are the message. */
export class Refusal extends Error {}

let account = ""; // an app id; "" for the first account

/** All that follows is about that account. */
export const useAccount = (appId) => {
  account = appId;
};

/** GET a JSON document of the control interface. */
export const get = (path) => call(path);

/** POST a JSON document to the control interface. */
export const post = (path, body = {}) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/** DELETE a thing of the control interface. */
export const remove = (path) => call(path, { method: "DELETE" });

async function call(path, options) {
  const query = account ? `${path.includes("?") ? "&" : "?"}account=${encodeURIComponent(account)}` : "";
  const answer = await fetch(`/_sim/${path}${query}`, options);
  const text = await answer.text();
  if (!answer.ok) throw new Refusal(refusalText(text) || `模拟器回答 ${answer.status}`);
  return text ? JSON.parse(text) : null;
}

function refusalText(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return ""; // not JSON: an error page, of no use to the person
  }
}

/** Many calls within a moment become one: `action` runs once, `pause` milliseconds after the first of them. */
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
 * Server-sent events for ever: `onEvent({what, openid})` each, `onState(live)` when the line comes or goes.
 * After a break everything may have changed, so the caller should read all anew when `live` turns true.
 */
export function listen(onEvent, onState) {
  const line = new EventSource("/_sim/events");
  line.onopen = () => onState(true);
  line.onmessage = ({ data }) => onEvent(JSON.parse(data));
  line.onerror = () => {
    onState(false);
    if (line.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    setTimeout(() => listen(onEvent, onState), 2000);
  };
}
