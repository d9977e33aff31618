/* The tools of correcting: buttons, the class, the lane, what is chosen.  They show what they are told and pass on what is pressed. */
import { button, make } from "./dom.js";
import { who } from "./corrections.js";

const WORD = { audio: "Heard", visual: "Seen" };
const PERSON = { confirmed: "confirmed", corrected: "corrected", added: "added" };
let lists = 0;

/* `does` are the functions of edit_keys.js, and label(text) and lane(track). */
export function tools(does, timeline, player) {
  const press = (text, name, title, kind = "") => {
    const made = button(text, kind, () => does[name]());
    made.title = title;
    return made;
  };
  const on = {
    save: press("Save", "save", "Ctrl S", "primary"), undo: press("↶ Undo", "undo", "Z"), redo: press("↷ Redo", "redo", "Shift Z"),
    setStart: press("⇤ Begins here", "setStart", "I: at the play head"), setEnd: press("Ends here ⇥", "setEnd", "O: at the play head"),
    split: press("Split here", "split", "S: at the play head"), move: press("Other lane", "move", "M"),
    confirm: press("✓ Right", "confirm", "Y"), remove: press("✕ Take away", "remove", "Del"),
    add: press("+ Add here", "add", "A: at the play head, or between the marks"),
    review: press("Mark as reviewed", "review", "R: what is marked"),
    confirmAll: press("✓ All shown is right", "confirmAll", "Shift Y: confirms every event"),
    reviewAll: press("Whole clip reviewed", "reviewAll", "what is shown is right, and nothing else is there"),
    next: press("Next doubt →", "next", "N"),
  };
  const told = make("span", "edit-told"), chosen = make("p", "edit-chosen");
  told.setAttribute("role", "status");
  const label = make("input", ""), list = make("datalist", "");
  list.id = `classes-${++lists}`;
  label.setAttribute("list", list.id);
  label.type = "text";
  label.maxLength = 100;
  label.placeholder = "a class, or a new one";
  label.setAttribute("aria-label", "Class");
  label.addEventListener("change", () => does.label(label.value.trim()));
  label.addEventListener("focus", () => { label.value = ""; });  // so that the whole list shows
  label.addEventListener("blur", () => { if (!label.value) does.shown(); });
  label.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") label.blur();
  });
  const lanes = make("span", "edit-lanes");
  const lane = {};
  for (const track of ["audio", "visual"]) {
    if (timeline.tracks[track].state === "absent") continue;
    lane[track] = button(WORD[track], track, () => does.lane(track));
    lanes.append(lane[track]);
  }
  const name = make("input", "edit-who");
  name.type = "text";
  name.maxLength = 100;
  name.placeholder = "your name, for the record";
  name.setAttribute("aria-label", "Your name, for the record");
  name.value = who.name;
  name.addEventListener("change", () => { who.name = name.value.trim(); });
  const play = button("▶ Play", "edit-play", () => { if (player.paused) player.play().catch(() => {}); else player.pause(); });
  const transport = make("span", "edit-group", press("− 1 s", "back", ","), player ? play : null, press("+ 1 s", "on", "."));
  if (player) for (const kind of ["play", "pause"]) player.addEventListener(kind, () => { play.textContent = player.paused ? "▶ Play" : "❚❚ Pause"; });
  const group = (...inside) => make("span", "edit-group", ...inside);
  const element = make("div", "edit-tools",
    make("div", "edit-row", group(on.save, on.undo, on.redo), told, name),
    make("div", "edit-row", transport, group(label, list, lanes, on.add), group(on.next)),
    make("div", "edit-row", chosen, group(on.setStart, on.setEnd), group(on.split, on.move), group(on.confirm, on.remove)),
    make("div", "edit-row", group(on.review, on.reviewAll, on.confirmAll)));

  return {
    element,
    by: () => name.value.trim(),
    pick() { label.focus(); },
    tell(text, kind = "") {
      told.textContent = text;
      told.className = `edit-told ${kind}`;
    },
    /* what there is to do: {event, mark, track, label, vocabulary, dirty, canUndo, canRedo, locked} */
    show(now) {
      const { event, mark } = now;
      if (document.activeElement !== label) label.value = SeehearLanes.words(event ? event.label : now.label);
      list.replaceChildren(...now.vocabulary.map((word) => {
        const option = make("option", "");
        option.value = SeehearLanes.words(word);
        return option;
      }));
      for (const [track, made] of Object.entries(lane)) made.setAttribute("aria-pressed", String(track === now.track));
      const from = PERSON[event && event.origin] ? `, ${PERSON[event.origin]} by a person` : "";
      const stretch = (start, end) => `${SeehearLanes.clock(start)} to ${SeehearLanes.clock(end)}`;
      if (event) chosen.textContent = `${WORD[event.track]}: ${SeehearLanes.words(event.label)}, ${stretch(event.start_s, event.end_s)}${from}`;
      else if (mark) chosen.textContent = `Marked: ${stretch(mark.start, mark.end)}`;
      else chosen.textContent = "Nothing is chosen: drag on a row to draw, click an event to choose it.";
      for (const name of ["split", "move", "confirm", "remove"]) on[name].disabled = now.locked || !event;
      for (const name of ["setStart", "setEnd", "add", "confirmAll", "reviewAll"]) on[name].disabled = now.locked;
      on.move.disabled = on.move.disabled || Object.keys(lane).length < 2;
      on.review.disabled = now.locked || !(event || mark);
      on.save.disabled = now.locked || !now.dirty;
      on.undo.disabled = now.locked || !now.canUndo;
      on.redo.disabled = now.locked || !now.canRedo;
    },
  };
}
