import { createHash } from 'node:crypto';
import type { TearSheetInput } from './input.ts';
import { calendarSection, drawdownSection, equitySection, regimeSection, rollingSection } from './curve-sections.ts';
import { costSection, modelSection, tradesSection } from './detail-sections.ts';
import { figuresSection, notesSection, provenanceSection, syntheticNotice, verdictSection, warnings } from './summary-sections.ts';
import { reportedSection } from './reported-section.ts';
import { STYLE } from './style.ts';
import { escapeHtml } from './text.ts';

/**
 * One self-contained HTML file: no script, no network, no font from elsewhere. The security policy admits this style sheet, by its
 * hash, and nothing more. The same input gives the same bytes.
 */
export function renderTearSheet(input: TearSheetInput): string {
  const body = [
    syntheticNotice(input),
    warnings(input),
    verdictSection(input),
    figuresSection(input),
    equitySection(input),
    drawdownSection(input),
    calendarSection(input),
    rollingSection(input),
    regimeSection(input),
    costSection(input),
    modelSection(input),
    tradesSection(input),
    reportedSection(input),
    notesSection(input),
    provenanceSection(input),
  ].join('');
  return page(input.title, input.subtitle ?? '', body, input.generatedAt);
}

/** The frame that every report of this folder shares. `body` must be safe HTML; title and subtitle are escaped here. */
export function page(title: string, subtitle: string, body: string, generatedAt?: number): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const made = generatedAt === undefined ? '' : ` Made ${new Date(generatedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><header><h1>${escapeHtml(title)}</h1>${subtitle === '' ? '' : `<p>${escapeHtml(subtitle)}</p>`}</header>${body}<footer>Past results, real or simulated, promise nothing.${made}</footer></main></body></html>
`;
}
