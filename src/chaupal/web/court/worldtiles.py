"""A map of the world as tiles of one size, one for each country, about where it lies: no state looks weightier than another."""

ROWS = (
    ".. .. .. .. .. .. .. .. .. .. .. .. NO SE FI .. .. .. RU .. .. .. .. .. .. .. ..",
    "CA .. .. .. .. GL IS .. IE GB DK .. EE LV LT BY .. .. .. .. .. .. .. .. .. .. ..",
    "US .. .. .. .. .. .. .. .. NL BE DE PL CZ SK UA MD .. KZ .. .. MN .. .. .. .. ..",
    "MX CU BS .. .. .. .. PT ES FR LU CH AT HU RO .. GE .. UZ KG .. CN .. KP JP .. ..",
    "GT BZ HT DO .. .. .. AD MC LI SI HR RS BG .. AM AZ TM TJ AF .. TW .. KR .. .. ..",
    "SV HN JM KN AG .. .. .. SM IT VA BA ME XK MK TR IR .. .. PK NP BT .. HK MO .. ..",
    "NI CR .. DM LC .. MA DZ TN MT LY AL GR CY SY IQ .. KW BH IN BD MM LA VN .. .. PH",
    ".. PA BB VC GD TT EH MR ML NE EG .. LB IL JO SA QA AE .. LK .. TH KH .. PW FM MH",
    "CO VE GY SR .. .. CV SN GM BF TD SD PS .. .. YE OM .. .. MV .. MY SG BN .. NR KI",
    "EC BR .. .. .. .. GW GN SL LR CI GH SS ER DJ .. .. .. .. .. .. ID TL PG SB TV ..",
    "PE BO PY .. .. .. .. .. TG BJ NG CM CF ET SO .. .. .. .. .. .. .. .. .. VU FJ WS",
    "CL AR UY .. .. .. .. .. .. ST GQ GA CG UG KE .. SC .. .. .. .. .. AU .. .. TO ..",
    ".. .. .. .. .. .. .. .. .. .. .. CD RW BI TZ KM .. .. .. .. .. .. .. .. NZ .. ..",
    ".. .. .. .. .. .. .. .. .. .. .. AO ZM MW MZ MG MU .. .. .. .. .. .. .. .. .. ..",
    ".. .. .. .. .. .. .. .. .. .. .. NA BW ZW SZ .. .. .. .. .. .. .. .. .. .. .. ..",
    ".. .. .. .. .. .. .. .. .. .. .. .. ZA LS .. .. .. .. .. .. .. .. .. .. .. .. ..",
)
# Country -> (column, row).
PLACES: dict[str, tuple[int, int]] = {
    code: (x, y) for y, row in enumerate(ROWS) for x, code in enumerate(row.split()) if code != ".."
}
