/* The page of one clip: lanes below the player. */
(() => {
  "use strict";
  const timeline = JSON.parse(document.getElementById("timeline").textContent);
  const player = document.getElementById("player");
  const lanes = document.getElementById("lanes");
  lanes.before(SeehearLanes.legend([timeline]));
  if (player) lanes.after(SeehearLanes.keys());
  SeehearLanes.mount(lanes, timeline, { player });
  if (player) {
    player.addEventListener("error", () => {
      const note = document.createElement("p");
      note.className = "failed";
      note.textContent = "This browser cannot play the video, or it is no longer where this page looks for it.";
      player.replaceWith(note);
    });
  }
})();
