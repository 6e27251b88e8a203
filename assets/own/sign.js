// Drawing a signature. Typing one needs no script at all.
(() => {
  "use strict";
  const canvas = document.getElementById("pad");
  const data = document.getElementById("drawn");
  const clear = document.getElementById("pad-clear");
  const box = document.getElementById("pad-box");
  if (!canvas || !data || typeof SignaturePad === "undefined") return;
  box.hidden = false;
  // The picture is put on white paper, whatever the page's theme is.
  const pad = new SignaturePad(canvas, { penColor: "#10243a", backgroundColor: "rgb(255,255,255)", minWidth: 0.8, maxWidth: 2.6 });
  let width = 0;
  const fit = () => {
    if (canvas.offsetWidth === width) return;
    width = canvas.offsetWidth;
    const strokes = pad.toData();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = width * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(strokes);
  };
  const keep = () => { data.value = pad.isEmpty() ? "" : pad.toDataURL("image/png"); };
  pad.addEventListener("endStroke", keep);
  clear.addEventListener("click", () => { pad.clear(); keep(); });
  window.addEventListener("resize", fit);
  fit();
  // A rejected form comes back with the drawing still there.
  if (data.value) pad.fromDataURL(data.value, { ratio: 1, width: canvas.offsetWidth, height: canvas.offsetHeight });
})();
