// A video stream beside the slide. Nothing plays before somebody asks for it; if its origin fails, the
// page says so and looks again, and the rest of the room goes on.

import { showCue } from './captions.js';
import { onEvent } from './wire.js';

const AGAIN_MS = 20e3;
const HLS = 'application/vnd.apple.mpegurl';
const place = document.getElementById('video');

if (place) {
  const video = place.querySelector('video');
  const away = document.getElementById('video-away');
  const stage = place.closest('.room-stage');
  const size = document.getElementById('video-size');
  const plays = video.canPlayType(HLS);
  // Apple's browsers show the stream's captions by themselves. Others that say they play it do not,
  // so they get hls.js, which does.
  const isNative = plays && ('webkitSetPresentationMode' in video || !('MediaSource' in window));
  let hls = null;
  let timer = 0;
  let wasAsked = false; // somebody pressed play
  let wasSized = false; // somebody chose what is large

  const enlarge = (what) => {
    stage.dataset.large = what;
    size.textContent = what === 'video' ? place.dataset.saySmaller : place.dataset.sayLarger;
  };

  const fail = (why) => {
    stage.dataset.failed = why;
    for (const words of away.querySelectorAll('[data-why]')) words.hidden = words.dataset.why !== why;
    away.hidden = false;
    clearTimeout(timer);
    if (why === 'away') timer = setTimeout(start, AGAIN_MS);
  };

  const isThere = () => {
    delete stage.dataset.failed;
    away.hidden = true;
  };

  // --- Captions that come with the stream: in the strip under the stage, and over a full screen ---

  const isFull = () => document.fullscreenElement === video || video.webkitDisplayingFullscreen === true;

  const follow = (track) => {
    if (!('carried' in place.dataset) || !['captions', 'subtitles'].includes(track.kind)) return;
    track.addEventListener('cuechange', () => {
      if (track.mode === 'disabled') return;
      showCue([...(track.activeCues || [])].map((cue) => cue.getCueAsHTML().textContent).join('\n'));
    });
    if (!hls && ![...video.textTracks].some((one) => one.mode !== 'disabled')) track.mode = 'hidden';
  };

  const overlay = () => {
    if (hls) hls.subtitleDisplay = isFull();
    for (const track of video.textTracks) {
      if (track.mode !== 'disabled') track.mode = isFull() ? 'showing' : 'hidden';
    }
  };

  const chooseTrack = (tracks) => {
    const language = document.documentElement.lang.slice(0, 2);
    const own = tracks.findIndex((track) => (track.lang || '').startsWith(language));
    hls.subtitleDisplay = isFull();
    hls.subtitleTrack = Math.max(0, own);
  };

  // --- The stream ---

  async function start() {
    clearTimeout(timer);
    if (isNative) {
      video.src = place.dataset.src;
      video.load();
      return;
    }
    let Hls;
    try {
      ({ default: Hls } = await import(place.dataset.hls));
    } catch {
      fail('away');
      return;
    }
    if (!Hls.isSupported()) {
      fail('unplayable');
      return;
    }
    hls?.destroy();
    hls = new Hls({ workerPath: place.dataset.worker, autoStartLoad: false, backBufferLength: 60 });
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      isThere();
      if (wasAsked) hls.startLoad();
    });
    hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, (_, { subtitleTracks }) => {
      if ('carried' in place.dataset && subtitleTracks.length) chooseTrack(subtitleTracks);
    });
    let mended = 0;
    hls.on(Hls.Events.ERROR, (_, data) => {
      if (!data.fatal) return;
      if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !/codec/i.test(data.details) && mended++ < 2) {
        hls.recoverMediaError();
        return;
      }
      fail(data.type === Hls.ErrorTypes.NETWORK_ERROR ? 'away' : 'unplayable');
    });
    hls.loadSource(place.dataset.src);
    hls.attachMedia(video);
  }

  for (const track of video.textTracks) follow(track);
  video.textTracks.addEventListener('addtrack', ({ track }) => follow(track));
  video.addEventListener('play', () => {
    if (!wasAsked) hls?.startLoad();
    wasAsked = true;
  });
  video.addEventListener('loadedmetadata', isThere);
  video.addEventListener('error', () => { if (isNative) fail('away'); });
  for (const name of ['webkitbeginfullscreen', 'webkitendfullscreen']) video.addEventListener(name, overlay);
  document.addEventListener('fullscreenchange', overlay);
  document.getElementById('video-again').addEventListener('click', start);
  size.addEventListener('click', () => {
    wasSized = true;
    enlarge(stage.dataset.large === 'video' ? 'slide' : 'video');
  });
  onEvent('slide', ({ slide }) => { if (slide && !wasSized) enlarge('slide'); });
  start();
}
