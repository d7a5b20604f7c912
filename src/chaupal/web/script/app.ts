// What every page of the square brings: deeds without reloading, lists that go on, what is new, keys, and the rest when it
// is needed. Without it everything is there too, one page after the other.
import { watchDeeds } from "./page/deeds.ts";
import { keepTime } from "./page/clock.ts";
import { offerCopies } from "./page/copy.ts";
import { showWhoIsPointedAt } from "./page/hover.ts";
import { listenHere } from "./page/live.ts";
import { beAnApp, showUnsent } from "./page/app.ts";
import { bringWhatIsNeeded } from "./page/lazy.ts";
import { watchMenus } from "./page/menu.ts";
import { moveWhatIsSeen } from "./page/moving.ts";
import { openByPress } from "./page/open.ts";
import { turnPages } from "./page/pager.ts";
import { walkByKeys } from "./page/walk.ts";

// A form that came back is read on from what is wrong in it.
document.querySelector<HTMLElement>("main [aria-invalid=true]")?.focus();
watchDeeds();
watchMenus();
openByPress();
keepTime();
offerCopies();
showWhoIsPointedAt();
moveWhatIsSeen();
walkByKeys();
bringWhatIsNeeded();
beAnApp();
showUnsent();
void turnPages().then(listenHere);
