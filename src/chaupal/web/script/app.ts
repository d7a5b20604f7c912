// What every page of the square brings: deeds without reloading, lists that go on, what is new, keys, and the rest when it
// is needed. Without it everything is there too, one page after the other.
import { watchDeeds } from "./page/deeds.ts";
import { keepTime } from "./page/clock.ts";
import { offerCopies } from "./page/copy.ts";
import { showWhoIsPointedAt } from "./page/hover.ts";
import { sendByKeys } from "./page/keys.ts";
import { listenHere } from "./page/live.ts";
import { beAnApp, showUnsent } from "./page/app.ts";
import { bringWhatIsNeeded } from "./page/lazy.ts";
import { watchMenus } from "./page/menu.ts";
import { moveWhatIsSeen } from "./page/moving.ts";
import { openByPress } from "./page/open.ts";
import { turnPages } from "./page/pager.ts";
import { followProgress } from "./page/progress.ts";
import { goOnAt, walkByKeys } from "./page/walk.ts";

// A form that came back is read on from what is wrong in it, a page after a deed from what was done, or from the post that its
// address names: what stands there when a page comes is not read out by itself.
const wrong = document.querySelector<HTMLElement>("main [aria-invalid=true]");
if (wrong) wrong.focus();
else if (location.hash) goOnAt(document.querySelector<HTMLElement>(`main article[id="${CSS.escape(location.hash.slice(1))}"]`));
else if (!document.querySelector("main [autofocus]")) goOnAt(document.querySelector<HTMLElement>("main .said[role], main [data-became]"));
watchDeeds();
watchMenus();
openByPress();
keepTime();
followProgress();
offerCopies();
showWhoIsPointedAt();
moveWhatIsSeen();
walkByKeys();
sendByKeys();
bringWhatIsNeeded();
beAnApp();
showUnsent();
void turnPages().then(listenHere);
