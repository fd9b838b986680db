// The camera of the scanner page: frames go to the server's reader about three times a second; the first sure code opens its verdict.
"use strict";
(() => {
  const box = document.getElementById("camera");
  if (!box) return;
  const video = document.getElementById("camera-picture");
  const says = document.getElementById("camera-says");
  const start = document.getElementById("camera-start");
  const stop = document.getElementById("camera-stop");
  const torch = document.getElementById("camera-torch");
  const words = box.dataset;
  const canvas = document.createElement("canvas");
  const PAUSE = 330; // milliseconds between two frames
  const LONGEST_SIDE = 1280; // pixels: enough for a label at arm's length, 100 to 200 kB as JPEG
  let stream = null;
  let before = ""; // a code seen once that wants to be seen twice

  box.hidden = false;

  const say = (text) => { if (says.textContent !== text) says.textContent = text; };

  const end = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = stop.hidden = torch.hidden = true;
    start.hidden = false;
  };

  const frame = () => {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  };

  const open = (reading) => {
    say(words.seen.replace("{text}", reading.text));
    if (navigator.vibrate) navigator.vibrate(80);
    end();
    const joint = reading.page.includes("?") ? "&" : "?";
    location.assign(`${reading.page}${joint}lang=${words.language}`);
  };

  const judge = (readings) => {
    const gs1 = readings.find((reading) => reading.page && (reading.confirmed || reading.text === before));
    if (gs1) return open(gs1);
    const seen = readings.find((reading) => reading.page);
    before = seen ? seen.text : "";
    say(readings.length && !seen ? words.notGs1.replace("{text}", readings[0].text) : words.looking);
  };

  const look = async () => {
    const mine = stream;
    while (stream && stream === mine) {
      const began = performance.now();
      let pause = PAUSE;
      try {
        if (video.videoWidth) {
          const answer = await fetch("/api/scan", { method: "POST", body: await frame(), headers: { "Content-Type": "image/jpeg" } });
          if (answer.ok) judge((await answer.json()).readings);
          else if (answer.status === 429 || answer.status === 503) { say(words.busy); pause = 2000; }
          else say((await answer.json()).detail);
        }
      } catch { say(words.offline); pause = 2000; }
      await new Promise((done) => setTimeout(done, Math.max(0, pause - (performance.now() - began))));
    }
  };

  const lamp = () => {
    const track = stream.getVideoTracks()[0];
    const can = track.getCapabilities ? track.getCapabilities() : {};
    torch.hidden = !can.torch;
    torch.onclick = async () => {
      const on = torch.getAttribute("aria-pressed") !== "true";
      await track.applyConstraints({ advanced: [{ torch: on }] });
      torch.setAttribute("aria-pressed", String(on));
    };
  };

  start.addEventListener("click", async () => {
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return say(isSecureContext ? words.absent : words.insecure);
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } },
      });
    } catch (error) {
      return say(["NotAllowedError", "SecurityError"].includes(error.name) ? words.refused : words.absent);
    }
    video.srcObject = stream;
    await video.play();
    video.hidden = stop.hidden = false;
    start.hidden = true;
    say(words.looking);
    lamp();
    look();
  });
  stop.addEventListener("click", () => { end(); say(""); });
  addEventListener("pagehide", end);
})();
