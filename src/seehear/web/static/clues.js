/* Why: how sure the parser was of a class (a faint curve behind its row), how loud it is, what the picture shows. */
import { ask, make } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST = 1200;  // steps of a curve
const PICTURES = 16, WIDE = 112, HIGH = 63, ROW = 34;  // of the strip the server makes; pixels of its row

/* {above, behind} for the lanes of a clip; `redraw` is called when something has come. */
export function clues(clip, redraw) {
  const { timeline } = clip;
  const known = new Map(), asked = new Set(), wanted = new Set();
  let levels = 200, sound = null, listened = false;

  /* asks for the scores of all classes whose rows were drawn just now, at once */
  function want(label) {
    if (!clip.decoding || asked.has(label)) return;
    if (!wanted.size) queueMicrotask(askScores);
    wanted.add(label);
    asked.add(label);
  }

  async function askScores() {
    const labels = [...wanted].map((label) => ["label", label]);
    wanted.clear();
    const found = await ask(`/api/clips/${clip.id}/scores?${new URLSearchParams(labels)}`).catch(() => null);
    if (!found || !found.levels) return;
    levels = found.levels;
    for (const track of ["audio", "visual"]) {
      for (const [label, packed] of Object.entries(found[track])) known.set(`${track} ${label}`, bytes(packed));
    }
    redraw();
  }

  async function listen() {
    listened = true;
    const answer = await fetch(`/api/clips/${clip.id}/sound`).catch(() => null);
    if (!answer || answer.status !== 200) return;
    sound = new Uint8Array(await answer.arrayBuffer());
    redraw();
  }

  return {
    behind(track, label) {
      const row = known.get(`${track} ${label}`);
      if (!row) {
        if (track !== "audio_visual") want(label);
        return null;
      }
      const grid = timeline.grid;
      return { element: curve(row, levels, "lanes-curve"), span: [grid.start_s, grid.start_s + grid.count * grid.step_s] };
    },
    above(track, width) {
      if (!clip.media || track === "audio_visual") return null;
      if (track === "visual") return strip(clip.id, width);
      if (!listened) listen();
      return sound ? curve(sound, 255, "lanes-loud") : make("div", "");
    },
  };
}

const bytes = (packed) => Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));

/* Values up to `most` as a filled curve; the highest of neighbours where there are very many. */
function curve(values, most, kind) {
  const many = Math.max(1, Math.ceil(values.length / MOST)), points = [];
  for (let first = 0; first < values.length; first += many) {
    const high = 1 - Math.max(...values.subarray(first, first + many)) / most;
    points.push(`L${first} ${high.toFixed(3)}L${Math.min(first + many, values.length)} ${high.toFixed(3)}`);
  }
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", `0 0 ${Math.max(values.length, 1)} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", `M0 1${points.join("")}L${values.length} 1Z`);
  svg.append(path);
  return svg;
}

/* Small pictures where they are shown, as many as there is room for. */
function strip(id, width) {
  const wide = Math.round((ROW * WIDE) / HIGH);
  const step = [1, 2, 4, 8].find((every) => (width / PICTURES) * every >= wide) || 16;
  const row = make("div", "lanes-strip");
  for (let index = Math.floor(step / 2); index < PICTURES; index += step) {
    const picture = make("i", "");
    picture.style.left = `${(100 * (index + 0.5)) / PICTURES}%`;
    picture.style.width = `${wide}px`;
    picture.style.backgroundImage = `url(/api/clips/${id}/strip)`;
    picture.style.backgroundPosition = `${-index * wide}px 0`;
    picture.style.backgroundSize = `${PICTURES * wide}px ${ROW}px`;
    row.append(picture);
  }
  row.setAttribute("aria-hidden", "true");
  return row;
}
