// Films without sound that go round and round play by themselves while they are seen: not for whoever asked for less motion or
// less data, and never longer than they are looked at. Each can be stopped, as any film.
const LESS = ["(prefers-reduced-motion: reduce)", "(prefers-reduced-data: reduce)"];
const ROUND = "video[data-round]";

const stopped = new WeakSet<Element>(); // by hand: those stay so

export function moveWhatIsSeen(): void {
  if (LESS.some((wish) => window.matchMedia(wish).matches)) return;
  const ours = new WeakSet<Element>();
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const film = target as HTMLVideoElement;
      if (isIntersecting && !stopped.has(film)) void film.play().catch(() => undefined);
      else if (!isIntersecting && !film.paused) {
        ours.add(film);
        film.pause();
      }
    }
  }, { threshold: 0.5 });
  const watch = (): void => {
    for (const film of document.querySelectorAll<HTMLVideoElement>(ROUND)) seen.observe(film);
  };
  document.addEventListener("pause", (event) => {
    const film = event.target as Element;
    if (!ours.delete(film) && film.matches(ROUND) && !document.hidden) stopped.add(film);
  }, true);
  document.addEventListener("play", (event) => stopped.delete(event.target as Element), true);
  document.addEventListener("fresh", watch);
  watch();
}
