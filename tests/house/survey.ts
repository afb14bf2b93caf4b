/** Surveys one source file against the house rules: walls, package rooms, side effects, sizes, names. Pure: path and text in, violations out. */
import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** A node of the syntax tree, as far as the survey looks at it. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const WALLS: Readonly<Record<string, readonly string[]>> = {
  main: ['commands', 'views', 'world', 'rules', 'core'],
  commands: ['runbooks', 'engine', 'records', 'rules', 'core'],
  runbooks: ['rules', 'core'],
  engine: ['records', 'core'],
  rules: ['core'],
  records: ['core'],
  views: ['core'],
  world: ['core'],
  page: ['core'],
  core: [],
};

const PACKAGE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  commander: ['main', 'commands'],
  chalk: ['views'],
  'cli-table3': ['views'],
  docx: ['views'],
  yaml: ['rules'],
  'libpg-query': ['rules'],
  'string-width': ['core'],
  execa: ['world'],
  oracledb: ['world'],
  pg: ['world'],
  ioredis: ['world'],
  inquirer: ['world'],
  ora: ['world'],
  'age-encryption': ['world', 'page'],
  '@noble/hashes': ['page'],
  '@noble/curves': ['page'],
  yauzl: ['world'],
};

/** Node built-ins without side effects that further rooms may use; every other one is for world and main alone. */
const BUILTIN_ROOMS: Readonly<Record<string, readonly string[]>> = {
  crypto: ['core', 'records'],
  zlib: ['core'],
  path: ['rules', 'runbooks', 'commands', 'engine', 'records', 'views'],
  url: ['rules'],
  util: ['rules', 'commands', 'views'],
  buffer: ['core', 'rules', 'records', 'views', 'engine', 'commands', 'runbooks'],
};

const EDGE = ['main', 'world'];
const FORBIDDEN_NAMES = /^(utils?|helpers?|common|managers?|services?)$/i;
const ALLOWED_CLASSES = ['Stop', 'Secret'];
const FILE_LINES = 300;
const FUNCTION_LINES = 50;
/** Rule tables, what is held against them, runbooks and the sandbox's data are prose or data. */
const SIZE_EXEMPT = [/^(src|tests)\/rules\/linux\//, /^src\/rules\/sandbox/, /^src\/runbooks\//];

/** The room of a source path; undefined outside src. */
export function roomOf(path: string): string | undefined {
  if (/^src\/main([-/].*)?\.ts$/.test(path)) return 'main';
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Every violation in one file, as `path:line what`. */
export function survey(path: string, text: string): string[] {
  const tree = parseAst(text, { lang: 'ts' }) as unknown as Node;
  const found: string[] = [];
  const say = (node: Node | undefined, what: string) =>
    found.push(`${path}:${text.slice(0, node?.start ?? 0).split('\n').length} ${what}`);
  for (const what of [...named(path), ...firstLine(text), ...fileSize(path, text), ...escapes(text)])
    say(undefined, what);
  walk(tree, [], (node, above) => {
    for (const what of judgeNode(path, text, node, above)) say(node, what);
  });
  return found;
}

/** `above` are a node's ancestors, the nearest last. */
function walk(node: Node, above: readonly Node[], visit: (node: Node, above: readonly Node[]) => void): void {
  visit(node, above);
  for (const child of childrenOf(node)) walk(child, [...above, node], visit);
}

function childrenOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function named(path: string): string[] {
  const parts = path.replace(/(\.test)?\.\w+$/, '').split('/');
  return parts
    .filter((part) => part.split('-').some((word) => FORBIDDEN_NAMES.test(word)))
    .map((part) => `is named ${part}: if it has no noun it has no room`);
}

function firstLine(text: string): string[] {
  const body = text.replace(/^#!.*\n/, '');
  return /^\/\*\*( .+|\n \* .+)/.test(body) ? [] : ['does not begin with a doc comment that says what it is for'];
}

function fileSize(path: string, text: string): string[] {
  const lines = text.replace(/\n$/, '').split('\n').length;
  return lines > FILE_LINES && !exempt(path) ? [`has ${lines} lines; ${FILE_LINES} is the most`] : [];
}

function exempt(path: string): boolean {
  return SIZE_EXEMPT.some((pattern) => pattern.test(path));
}

/** Ways round the compiler and the linter. Spelled in two parts, so that this file does not find itself. */
function escapes(text: string): string[] {
  const marks = ['@ts-' + 'ignore', '@ts-' + 'nocheck', '@ts-' + 'expect-error', 'biome-' + 'ignore'];
  return marks.filter((mark) => text.includes(mark)).map((mark) => `holds ${mark}`);
}

function judgeNode(path: string, text: string, node: Node, above: readonly Node[]): string[] {
  return [
    ...judgeShape(path, node),
    ...judgeImport(path, node),
    ...judgeEffects(path, node, above),
    ...judgePerform(path, node),
    ...judgeSentence(path, node),
    ...judgeLength(path, text, node, above.at(-1)),
  ];
}

function judgeShape(path: string, node: Node): string[] {
  if (node.type === 'TSAnyKeyword') return ['says any'];
  if (node.type === 'TSNonNullExpression') return ['asserts non-null with !'];
  if (node.type === 'TSEnumDeclaration') return ['declares an enum'];
  // A declaration file describes somebody else's module; vitest takes its configuration from a default export only.
  const described = path.endsWith('.d.ts') || path === 'vitest.config.ts';
  if (node.type === 'ExportDefaultDeclaration' && !described) return ['has a default export'];
  if (node.type !== 'ClassDeclaration' || roomOf(path) === undefined) return [];
  const name = nameOf(node.id);
  return ALLOWED_CLASSES.includes(name ?? '') ? [] : [`declares the class ${name}`];
}

function judgeImport(path: string, node: Node): string[] {
  const source = sourceOf(node);
  if (source === undefined) return [];
  if (source.startsWith('.')) return judgeRelative(path, source);
  const room = roomOf(path);
  if (room === undefined) return [];
  if (source.startsWith('node:')) return judgeBuiltin(room, source.slice('node:'.length));
  const name = source.startsWith('@') ? source.split('/').slice(0, 2).join('/') : (source.split('/')[0] ?? source);
  const rooms = PACKAGE_ROOMS[name];
  if (rooms === undefined) return [`imports ${name}, which no room owns`];
  return rooms.includes(room) ? [] : [`imports ${name}, which belongs in ${rooms.join(', ')}`];
}

function judgeRelative(path: string, source: string): string[] {
  const wrong = /\.(ts|json|mjs)$/.test(source) ? [] : [`imports ${source} without its ending`];
  const room = roomOf(path);
  const goal = posix.join(posix.dirname(path), source);
  const goalRoom = roomOf(goal);
  if (room === undefined || goalRoom === room) return wrong;
  if (goalRoom === undefined) return [...wrong, `reaches outside src: ${source}`];
  return WALLS[room]?.includes(goalRoom) ? wrong : [...wrong, `${room} may not import ${goalRoom}: ${source}`];
}

function judgeBuiltin(room: string, name: string): string[] {
  if (EDGE.includes(room) || BUILTIN_ROOMS[name.split('/')[0] ?? '']?.includes(room)) return [];
  return [`imports node:${name}, which ${room} may not`];
}

/** The module a node brings in: import, export from, import(), import type. */
function sourceOf(node: Node): string | undefined {
  const holders = [
    'ImportDeclaration',
    'ExportNamedDeclaration',
    'ExportAllDeclaration',
    'ImportExpression',
    'TSImportType',
  ];
  if (!holders.includes(node.type)) return undefined;
  const source = isNode(node.source) ? node.source : isNode(node.argument) ? node.argument : undefined;
  return typeof source?.value === 'string' ? source.value : undefined;
}

const GLOBALS = ['process', 'console', 'fetch', 'WebSocket', 'globalThis', 'performance', 'require'];
const CLOCKS = ['Date.now', 'Math.random'];
/** What would keep or send what a reader opens, or make markup of a foreign text: under no name and on no object of the page. */
const PAGE_NEVER = [
  ...['WebSocket', 'XMLHttpRequest', 'EventSource', 'sendBeacon', 'importScripts'],
  ...['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookie'],
  ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'eval'],
];

function judgeEffects(path: string, node: Node, above: readonly Node[]): string[] {
  const room = roomOf(path);
  if (room === 'page') return judgePage(node, above);
  if (room === undefined || EDGE.includes(room)) return [];
  const name = nameOf(node) ?? '';
  const own = GLOBALS.includes(name) && (isLabel(node, above.at(-1)) || isShadowed(name, above));
  if (node.type === 'Identifier' && GLOBALS.includes(name) && !own)
    return [`uses ${name}, which only ${EDGE.join(' and ')} may`];
  const clock = node.type === 'MemberExpression' ? `${nameOf(node.object)}.${nameOf(node.property)}` : '';
  if (CLOCKS.includes(clock)) return [`uses ${clock}, which only ${EDGE.join(' and ')} may`];
  if (node.type === 'NewExpression' && nameOf(node.callee) === 'Date' && isEmpty(node.arguments))
    return ['makes new Date() of its own; time comes from the World'];
  return [];
}

/** The page runs in a reader's browser: window and clock are its own, but it sends, keeps and logs nothing. */
function judgePage(node: Node, above: readonly Node[]): string[] {
  const name = nameOf(node) ?? '';
  if (node.type !== 'Identifier') return [];
  const own = isLabel(node, above.at(-1)) || isShadowed(name, above);
  return PAGE_NEVER.includes(name) || (GLOBALS.includes(name) && !own) ? [`uses ${name}, which the page may not`] : [];
}

/** Does an enclosing function or block bind the name itself, e.g. a parameter `process: Spawned`? */
function isShadowed(name: string, above: readonly Node[]): boolean {
  return above.some((node) => {
    const patterns = FUNCTIONS.includes(node.type) ? childrenOf({ ...node, body: undefined, id: undefined }) : [];
    const block = [...(Array.isArray(node.body) ? (node.body as Node[]) : []), node.left, node.init].filter(isNode);
    const declared = block
      .filter((one) => one.type === 'VariableDeclaration')
      .flatMap((one) => one.declarations as Node[]);
    return patterns.some((one) => binds(one, name)) || declared.some((one) => isNode(one.id) && binds(one.id, name));
  });
}

function binds(pattern: Node, name: string): boolean {
  if (pattern.type === 'Identifier') return pattern.name === name;
  if (pattern.type.startsWith('TS')) return false;
  return childrenOf(pattern).some((child) => binds(child, name));
}

/** Is the identifier only a name of something else: a property, a key, a parameter's or type's name? */
function isLabel(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined) return false;
  if (parent.type === 'MemberExpression') return parent.property === node && parent.computed !== true;
  if (parent.type === 'Property') return parent.key === node && parent.value !== node && parent.computed !== true;
  if (parent.type.startsWith('TS') && parent.type !== 'TSAsExpression' && parent.type !== 'TSSatisfiesExpression')
    return parent.expression !== node;
  const inner = ['ImportSpecifier', 'ExportSpecifier', 'MethodDefinition', 'PropertyDefinition', 'LabeledStatement'];
  return inner.includes(parent.type);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Only the engine performs; world's own adapters may hand a deed on to one another. */
function judgePerform(path: string, node: Node): string[] {
  const room = roomOf(path);
  if (node.type !== 'CallExpression' || room === undefined || ['engine', 'world'].includes(room)) return [];
  const callee = isNode(node.callee) ? node.callee : undefined;
  const name = callee?.type === 'MemberExpression' ? nameOf(callee.property) : nameOf(callee);
  return name === 'perform' ? ['calls perform, which the engine alone may'] : [];
}

/** A sentence for people must be findable by the locale test: `t('literal', …)`. */
function judgeSentence(path: string, node: Node): string[] {
  if (node.type !== 'CallExpression' || roomOf(path) === undefined || nameOf(node.callee) !== 't') return [];
  const first = Array.isArray(node.arguments) ? (node.arguments[0] as Node | undefined) : undefined;
  const literal = first?.type === 'Literal' && typeof first.value === 'string';
  return literal ? [] : ['calls t with something other than a string literal'];
}

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

function judgeLength(path: string, text: string, node: Node, parent: Node | undefined): string[] {
  // A test's describe block is a list, not a function; declared functions of tests are measured all the same.
  const list = roomOf(path) === undefined && node.type !== 'FunctionDeclaration';
  if (!FUNCTIONS.includes(node.type) || list || exempt(path)) return [];
  const lines = text.slice(node.start, node.end).split('\n').length;
  const name = nameOf(node.id) ?? nameOf(parent?.key) ?? nameOf(parent?.id) ?? 'a function';
  return lines > FUNCTION_LINES ? [`${name} has ${lines} lines; ${FUNCTION_LINES} is the most`] : [];
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && typeof value.name === 'string' ? value.name : undefined;
}
