/* Which key corrects what.  `does` has a function for each name here. */
import { make } from "./dom.js";

export const KEYS = [
  ["e", "edit", "corrects, or only looks"],
  [",", "back", "a second back"], [".", "on", "a second on"],
  ["i", "setStart", "begin at the play head"], ["o", "setEnd", "end at the play head"],
  ["a", "add", "add an event"], ["s", "split", "split at the play head"], ["m", "move", "to the other lane"],
  ["c", "pick", "choose the class"], ["y", "confirm", "it is right"], ["Delete", "remove", "take it away"],
  ["r", "review", "mark as reviewed"], ["n", "next", "next doubt"], ["z", "undo", "undo"], ["Escape", "nothing", "choose nothing"],
];
const WITH_CTRL = { z: "undo", y: "redo", s: "save" };
const TYPED = "input:not([type=range]), textarea, select, [contenteditable]";

/* The name of what a key asks for, or null. */
function asked(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) return key === "z" && event.shiftKey ? "redo" : WITH_CTRL[key] || null;
  if (event.target.closest(TYPED)) return null;
  if (event.shiftKey && key === "y") return "confirmAll";
  if (event.shiftKey && key === "z") return "redo";
  if (event.shiftKey) return null;
  if (key === "Backspace") return "remove";
  const found = KEYS.find(([name]) => name === key);
  return found ? found[1] : null;
}

/* Listens until the function that it returns is called; `editing()` says whether keys that change something count. */
export function listen(does, editing) {
  const press = (event) => {
    const name = asked(event);
    if (!name || event.defaultPrevented || (name !== "edit" && !editing())) return;
    if (event.target.closest(TYPED) && name !== "save") return;  // what is typed has its own undo
    event.preventDefault();
    does[name]();
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

export function told() {
  const line = make("p", "edit-keys muted", "To correct: ");
  for (const [key, , text] of KEYS) line.append(make("kbd", "", key === "Delete" ? "Del" : key === "Escape" ? "Esc" : key.toUpperCase()), ` ${text} `);
  line.append(make("kbd", "", "Ctrl S"), " save ", make("kbd", "", "Shift Z"), " redo ", make("kbd", "", "Shift Y"), " all that is shown is right");
  return line;
}
