/* Small helpers.  Text from outside is only ever set as textContent. */

export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function link(href, className, ...children) {
  const element = make("a", className, ...children);
  element.href = href;
  return element;
}

/* The JSON answer of the server; its one-line reason becomes the error. */
export async function ask(path) {
  const answer = await fetch(path);
  return read(answer.status, await answer.text());
}

export function read(status, text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    value = { error: text.trim().split("\n")[0] || `the server answered ${status}` };
  }
  if (status >= 400) throw Object.assign(new Error(value.error), { status });
  return value;
}

export function button(text, className, act) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

export const problem = (error) => make("p", "card problem", error.message || String(error));

/* The warnings of a timeline, such as a word that another class stands for, or damage; null if there are none. */
export function warnings(timeline) {
  if (!timeline.warnings.length) return null;
  return make("ul", "card warnings", ...timeline.warnings.map((line) => make("li", "", line)));
}

export const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : /(s|x|ch|sh)$/.test(word) ? "es" : "s"}`;

/* Addresses of the views. */
export const toList = (query) => (query ? `#/search/${encodeURIComponent(query)}` : "#/");
export const toClip = (id, query, time) => {
  const extra = new URLSearchParams();
  if (query) extra.set("q", query);
  if (time !== undefined) extra.set("t", String(time));
  const text = extra.toString();
  return `#/clip/${id}${text ? `?${text}` : ""}`;
};
