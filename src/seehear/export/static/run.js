/* The page of a run: choose a clip, its video plays over the lanes of every system. */
(() => {
  "use strict";
  const clips = JSON.parse(document.getElementById("clips").textContent);
  const root = document.getElementById("lanes");
  if (!root || !clips.length) return;
  const player = document.getElementById("player"), failed = document.getElementById("no-media");
  const buttons = [...document.querySelectorAll(".pick")];
  let mounted = [], chosen = -1;

  function showFailure(text) {
    player.hidden = true;
    failed.hidden = false;
    failed.textContent = text;
  }

  function choose(index) {
    if (index === chosen) return;
    chosen = index;
    const clip = clips[index];
    for (const one of mounted) one.destroy();
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
    player.pause();
    player.hidden = clip.media === null;
    failed.hidden = clip.media !== null;
    if (clip.media === null) {
      player.removeAttribute("src");
      player.load();
      showFailure("No video lies beside this clip; the lanes work without it.");
    } else {
      player.src = clip.media;
    }
    root.replaceChildren(SeehearLanes.legend(clip.lanes.map((lane) => lane.timeline)));
    let position = 0;
    const others = [];
    mounted = clip.lanes.map((lane, i) => {
      const section = document.createElement("section"), title = document.createElement("h3");
      const box = document.createElement("div");
      title.textContent = lane.name;
      section.className = "system";
      section.append(title, box);
      root.append(section);
      const handle = SeehearLanes.mount(box, lane.timeline, {
        player: clip.media === null ? null : player,
        onseek(t) {
          if (position === t) return;
          position = t;
          for (const [k, other] of others) if (k !== i && other.time() !== t) other.seek(t);
        },
      });
      if (clip.media === null) others.push([i, handle]);  // without a player the lanes keep step by themselves
      return handle;
    });
    if (clip.media !== null) root.append(SeehearLanes.keys());
  }

  player.addEventListener("error", () => {
    if (player.getAttribute("src")) {
      showFailure("This browser cannot play the video, or it is no longer where this page looks for it.");
    }
  });
  buttons.forEach((button, index) => button.addEventListener("click", () => choose(index)));
  choose(0);
})();
