// What it costs to spell a word otherwise than it sounds: a table for each way of spelling, in tenths of a natural logarithm.
// Found by descent on word lists that are not used for measuring: docs/typing.md. A letter that stands in none costs ELSE_….
// A I U are long vowels, N a nasal, M one at the end, Q an inherent vowel that is not said, R ड़.

interface Table {
  /** A letter that was typed and is not in the word. */
  extra: string;
  /** A letter of the word that was not typed. */
  missing: string;
  /** The first letter typed for the second. */
  swap: string;
}

export type Habit = "hi" | "bn" | "ta" | "te" | "ml";

export const ELSE_PUT = 92;
export const ELSE_SWAP = 118;

export const TABLES: Readonly<Record<Habit, Table>> = {
  hi: {
    extra:
      "a40 d93 e81 g54 h49 i75 n95 o62 p145 r120 s59 t50 u119 v87 y64 A45 I81 U155",
    missing:
      "a13 b54 e59 h47 i29 k53 l51 n43 o49 r27 s24 t45 u76 v48 y23 A37 I43 U67 M19 N39 Q1",
    swap:
      "ae38 ai91 ao44 au64 aA0 aI61 aU91 aQ20 bv50 cs67 dr42 dt67 dR2 ea55 ei15 eo60 eu82 ey73 eA56 eI33 eQ36 fp84 " +
      "gj76 gk76 ia113 ie41 io94 iy14 iA67 iI0 iU89 iQ75 jg76 jy67 kg76 lr76 mn31 mM17 mN0 nm53 nM19 nN0 oa52 oe85 " +
      "oi92 ou17 ov15 oA43 oI91 oU43 oQ55 pf57 rd42 rl76 rR32 sc67 td67 ua43 ue133 ui73 uo34 uv24 uA64 uI91 uU1 uQ61 " +
      "vb50 vo26 vu26 vU10 ye48 yi38 yj67 yI27 Aa94 Ae91 Ai63 Ao48 Au91 AI91 AU67 AQ48 Ia113 Ie66 Ii35 Io91 Iu108 " +
      "Iy56 IA102 IU68 IQ68 Ua100 Ue97 Ui91 Uo34 Uu7 UA92 UI92 UQ69",
  }, // prettier-ignore
  bn: {
    extra:
      "a34 b92 d82 e57 f96 g18 h31 i81 k85 l90 m93 n102 o54 p143 r109 s51 t57 u105 v85 y29 A39 I86 U155",
    missing:
      "a41 b36 d64 e53 f91 g90 h22 i32 j90 k13 l14 m78 n57 o11 r41 s41 t32 u72 v50 y14 A27 I55 U59 M31 N15 Q0",
    swap:
      "ae32 ai91 ao13 au73 aA0 aI59 aU91 aQ24 bv50 cs67 dr42 dt67 dR37 ea55 ei24 eo47 eu80 ey64 eA39 eI30 eU113 eQ35 " +
      "fp93 gj76 gk76 ia113 ie47 io88 iu107 iy27 iA67 iI1 iU91 iQ81 jg76 jy68 kg76 lr76 mn36 mM16 mN27 nm52 nM1 nN4 " +
      "oa3 oe81 oi91 ou38 ov21 oA48 oI91 oU1 oQ21 pf61 rd42 rh111 rl76 rR27 sc67 td67 ua35 ue133 ui98 uo48 uv25 uA39 " +
      "uI92 uU1 uQ48 vb50 vo25 vu33 vU16 ye14 yi12 yj67 yI5 Aa94 Ae80 Ai59 Ao50 Au71 AI91 AU68 AQ40 Ie33 Ii16 Io80 " +
      "Iu113 Iy59 IA97 IU68 IQ57 Ua98 Ue93 Ui92 Uo29 Uu8 UA88 UI91 UQ62",
  }, // prettier-ignore
  ta: {
    extra:
      "a43 e55 g35 h33 i62 k61 l95 m86 o81 p145 r108 s55 t31 u81 v84 y42 A37 U151",
    missing:
      "a43 b51 e48 h9 i34 k45 l38 m83 n71 o53 r44 s15 t18 u38 v52 y40 A55 I39 U64 M21 N33 Q1",
    swap:
      "ae25 ai91 ao60 au67 aA11 aI64 aU91 aQ7 bv50 cs67 dr42 dt67 dR12 ea45 ei32 eo64 eu64 ey60 eA48 eI26 eQ42 fp96 " +
      "gj76 gk76 ia86 ie59 io89 iu79 iy4 iA75 iI15 iU91 iQ67 jg76 jy67 kg76 lr76 mn51 mM16 mN16 nm58 nt104 nM3 nN3 " +
      "oa43 oe90 oi93 ou63 ov26 oA24 oI91 oU46 oQ13 pf56 rd42 rl76 rR34 sc67 td67 ua54 ue133 ui88 uo53 uv32 uA65 uI89 " +
      "uU18 uQ50 vb50 vo27 vu33 vU14 ye12 yi18 yj67 yI36 Aa94 Ae91 Ai71 Ao62 Au91 AI91 AU69 AQ25 Ia87 Ie28 Ii35 Io87 " +
      "Iy21 IA104 IU70 IQ67 Ua55 Ue86 Ui93 Uo19 Uu40 UA59 UI92 UQ67",
  }, // prettier-ignore
  te: {
    extra:
      "a32 b93 d93 e26 g55 h28 i60 l83 n72 o64 p145 r120 s59 t49 u97 v87 y45 A25 I74 U155",
    missing:
      "a25 b55 e61 h20 i40 k53 l52 n59 o55 r29 s30 t47 u55 v50 y13 A54 I41 U67 M19 N49 Q1",
    swap:
      "ae28 ai91 ao59 au63 aA13 aI59 aU88 aQ20 bv54 cs67 dr42 dt67 dR2 ea35 ei34 eo67 eu67 ey71 eA52 eI17 eQ36 fp82 " +
      "gj76 gk76 ia113 ie50 io94 iy23 iA73 iI12 iU87 iQ75 jg76 jy67 kg76 lr76 mn33 mM17 mN2 nm54 nM19 nN0 oa27 oe82 " +
      "oi92 ou36 ov19 oA18 oI91 oU41 oQ55 pf53 rd42 rl76 rR32 sc67 td67 ua34 ue130 ui54 uo50 uv24 uA50 uI91 uU2 uQ61 " +
      "vb56 vo27 vu27 vU4 ye26 yi27 yj67 yI3 Aa94 Ae88 Ai65 Ao55 Au91 AI91 AU67 AQ48 Ia113 Ie24 Ii48 Io91 Iu109 Iy57 " +
      "IA102 IU70 IQ68 Ua69 Ue97 Ui88 Uo16 Uu41 UA85 UI92 UQ69",
  }, // prettier-ignore
  ml: {
    extra:
      "a34 d93 e31 g27 h21 i56 n99 o48 p145 r120 s60 t59 u21 v86 y37 A38 I76 U155",
    missing:
      "a22 b54 e68 g85 h18 i35 k53 l54 m90 n58 o60 r35 s25 t52 u75 v39 y16 A49 I45 U67 M19 N37 Q1",
    swap:
      "ae24 ai91 ao44 au71 aA14 aI48 aU91 aQ20 bv53 cs67 dr42 dt67 dR2 ea29 ei16 eo68 eu76 ey70 eA45 eI12 eQ36 fp85 " +
      "gj76 gk76 ia113 ie40 io94 iu109 iy13 iA68 iI17 iU90 iQ75 jg76 jy67 kg76 lr76 mn31 mM17 mN0 nm53 nM19 nN12 oa32 " +
      "oe86 oi92 ou44 ov15 oA56 oI91 oU39 oQ55 pf59 rd42 rl76 rR32 sc67 td67 ua43 ue133 ui76 uo66 uv25 uA78 uI91 uU9 " +
      "uQ61 vb52 vo25 vu27 vU5 ye52 yi13 yj67 yI33 Aa94 Ae77 Ai77 Ao57 Au92 AI91 AU68 AQ48 Ia113 Ie51 Ii23 Io91 Iu108 " +
      "Iy56 IA102 IU68 IQ68 Ua85 Ue97 Ui91 Uo20 Uu28 UA93 UI92 UQ69",
  }, // prettier-ignore
};
