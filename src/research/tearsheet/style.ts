/** The page's one style sheet. Colours are variables, so that dark mode and print change them in one place. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1d2433;--soft:#5c667a;--rule:#e4e1d8;--one:#1f5fbf;--two:#8b8fa0;--up:#1d7f58;--down:#c0392f;--good:#e3f3ea;--bad:#fbe6e3;--warn:#7a5200;--warnback:#fdf1d3}
@media (prefers-color-scheme:dark){:root{--paper:#11151d;--card:#181e29;--ink:#e8ebf2;--soft:#9aa5b8;--rule:#2b3342;--one:#74a9ff;--two:#7f8798;--up:#4cc38f;--down:#f0796d;--good:#15322a;--bad:#3c1f20;--warn:#ffd98a;--warnback:#3a2f14}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:36px 24px 64px}
header h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:0}
header p{margin:6px 0 0;color:var(--soft)}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:18px 20px;margin-top:18px;break-inside:avoid}
h2{font-size:16px;margin:0 0 10px;letter-spacing:-.005em}
.lead{color:var(--soft);margin:-6px 0 10px;font-size:13.5px}
.banner{border-left:6px solid var(--up);background:var(--good)}
.banner.fail{border-left-color:var(--down);background:var(--bad)}
.banner h2{font-size:20px;margin:0}.banner ul{margin:8px 0 0;padding-left:20px}
.notice{background:var(--warnback);color:var(--warn);border-color:transparent;font-weight:600}
.grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:18px}.grid2>section{min-width:0}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:1px;margin:0;background:var(--card);border:1px solid var(--rule);border-radius:8px;overflow:hidden}
dl>div{padding:10px 12px;box-shadow:0 0 0 1px var(--rule)}
dt{color:var(--soft);font-size:12.5px}dd{margin:0;font-size:19px;overflow-wrap:anywhere;font-weight:600;letter-spacing:-.01em}dd small{display:block;font-size:11.5px;font-weight:400;color:var(--soft);letter-spacing:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:6px}
th,td{padding:5px 10px;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th{color:var(--soft);font-weight:500}tbody th{color:var(--ink)}
th:first-child,td:first-child,.text{text-align:left}
tbody tr:last-child>*{border-bottom:0}
.heat td,.heat th{text-align:center;padding:5px 6px;border:2px solid var(--card)}
.heat td{border-radius:6px}.heat .sum{font-weight:600}
.pos{color:var(--up)}.neg{color:var(--down)}
.pill{display:inline-block;border-radius:99px;padding:1px 10px;font-size:12.5px;font-weight:600}.pill.pass{background:var(--good);color:var(--up)}.pill.fail{background:var(--bad);color:var(--down)}
td.text{white-space:normal}
.narrow{display:none}
summary{cursor:pointer;padding:4px 0}details[open]>summary{margin-bottom:6px}details th:first-child{white-space:normal}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--ink);font-size:12px}.tick{fill:var(--soft)!important}.end{text-anchor:end}.middle{text-anchor:middle}
.grid{stroke:var(--rule)}.level{stroke:var(--soft);stroke-opacity:.6}.mark{stroke:var(--soft);stroke-dasharray:4 4}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.line.one{stroke:var(--one)}.line.two{stroke:var(--two);stroke-width:1.4}.line.down{stroke:var(--down);stroke-width:1.2}.line.up{stroke:var(--up)}
.area{fill-opacity:.16}.area.one{fill:var(--one)}.area.down{fill:var(--down)}
.bar.up,.dot.up,.swatch.up{fill:var(--up)}.bar.down,.dot.down,.swatch.down{fill:var(--down)}.swatch.one,.dot.one,.bar.one{fill:var(--one)}.swatch.two{fill:var(--two)}.dot{fill-opacity:.65}
.cell{fill:var(--rule)}.toggle{position:absolute;opacity:0}.toggle:focus-visible+label{outline:2px solid var(--one)}
.toggle+label{display:inline-block;padding:2px 12px;border:1px solid var(--rule);border-radius:99px;font-size:12.5px;color:var(--soft);cursor:pointer;margin:0 6px 8px 0}.toggle:checked+label{color:var(--ink);border-color:var(--ink)}
#scale-log:not(:checked)~.log{display:none}#scale-log:checked~.linear{display:none}
footer{color:var(--soft);font-size:12.5px;margin-top:22px}
${heatStyles()}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#ccc;--one:#1f5fbf;--two:#777;--up:#1d7f58;--down:#c0392f;--good:#eef7f2;--bad:#fbecea}main{max-width:none;padding:0}section{padding:12px}.toggle,.toggle+label{display:none}*{print-color-adjust:exact}}
@media screen and (max-width:620px){.wide{display:none}.narrow{display:block}main{padding:18px 12px 40px}section{padding:14px 12px}th,td{padding:5px 6px}table:not(.heat) tbody th{white-space:normal;min-width:7em}dl{grid-template-columns:repeat(auto-fill,minmax(132px,1fr))}dd{font-size:17px}}
`;

/** Ten strengths of gain and of loss, mixed with the card's own colour so that the numbers stay readable in both schemes. */
function heatStyles(): string {
  return Array.from({ length: 10 }, (_, i) => {
    const share = 6 + i * 6;
    return `.u${i}{background:color-mix(in srgb,var(--up) ${share}%,var(--card))}.d${i}{background:color-mix(in srgb,var(--down) ${share}%,var(--card))}`;
  }).join('');
}
