/** The style sheet of the HTML report: light and dark by the reader's wish, black on white on paper, Chinese fonts by fallback. */

/** Fonts found on Windows, macOS, Kylin, openEuler and Debian, in that order. */
const SANS =
  '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei","WenQuanYi Zen Hei",SimHei';
const MONO = 'ui-monospace,Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC"';

/** CSS as text; it contains nothing from outside. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c2530;--soft:#5a6675;--paper:#fff;--shade:#f3f5f8;--line:#d5dbe3;
--good:#18713a;--warn:#8f5300;--bad:#b3201f;--odd:#7a2a91;--dim:#5a6675}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9f0;--soft:#9aa7b8;--paper:#12171e;--shade:#1c242e;--line:#33404f;
--good:#6fd08c;--warn:#f0b45b;--bad:#ff8078;--odd:#d59be8;--dim:#9aa7b8}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.5rem 4rem;max-width:68rem;background:var(--paper);color:var(--ink);
font:15px/1.6 system-ui,-apple-system,"Segoe UI",${SANS},sans-serif;overflow-wrap:anywhere}
header{border-left:6px solid;padding:.2rem 0 .2rem 1rem;margin-bottom:2rem}
header h1{margin:0;font-size:1.5rem;line-height:1.3;color:var(--ink)}
header p{margin:0}.verdict{font-weight:700}.facts{color:var(--soft)}
h2{font-size:1.1rem;margin:2rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:0}h3 small{font-weight:400;color:var(--soft)}p{margin:.3rem 0}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.odd{color:var(--odd)}.dim{color:var(--dim)}
.mark{font-weight:700;white-space:nowrap}.id{white-space:nowrap}.subject{min-width:9rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem;border-bottom:1px solid var(--line)}
th{background:var(--shade);font-weight:600;white-space:nowrap}
pre,code{font-family:${MONO},monospace;font-size:.9em}
pre{background:var(--shade);padding:.7rem 1rem;white-space:pre-wrap;border-radius:4px;margin:.4rem 0}
ins{color:var(--good);text-decoration:none}del{color:var(--bad);text-decoration:none}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.3rem 0}
dt{color:var(--soft)}dd{margin:0;white-space:pre-wrap}
.tally{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;font-weight:700}
.boxes{list-style:none;counter-reset:box;padding:0}
.boxes li{counter-increment:box;padding-left:3.4rem;text-indent:-3.4rem;margin:.4rem 0}
.boxes li::before{content:"\\2610\\00a0\\00a0" counter(box) ". ";display:inline-block;width:3.4rem;text-indent:0}
.plan>li{margin:1rem 0}.next pre{font-weight:600}
@media(max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}body{padding:1rem}}
@media print{:root{--ink:#000;--soft:#333;--paper:#fff;--shade:#fff;--line:#999;
--good:#000;--warn:#000;--bad:#000;--odd:#000;--dim:#333}
body{max-width:none;padding:0;font-size:10.5pt}pre{border:1px solid var(--line)}
h2,h3,thead{break-after:avoid}tr,li{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}
@page{size:A4;margin:20mm 18mm}}
`;
