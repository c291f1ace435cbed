// What Grafana shows of panels: reads {theme, timeZone, panels: [{panel, frames}]} as JSON, writes one answer a panel.
// The folder of node_modules is its argument. Stat: its values. Table: its columns with the cells. Others: each line or bar with its last value.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(`${process.argv[2]}/package.json`);
const { JSDOM } = require('jsdom');

// @grafana/data is made for browsers: these are what it asks for while it is loaded.
const { window } = new JSDOM('', { url: 'http://localhost/' });
globalThis.window = window;
globalThis.document = window.document;
Object.defineProperty(globalThis, 'navigator', { value: window.navigator, configurable: true });
for (const name of ['DOMParser', 'HTMLElement', 'Element', 'Node', 'Event', 'CustomEvent', 'localStorage']) {
  globalThis[name] ??= window[name];
}
window.matchMedia = globalThis.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });
globalThis.ResizeObserver = window.ResizeObserver = class { observe() {} disconnect() {} };
window.grafanaBootData = globalThis.grafanaBootData = { user: {}, settings: {}, navTree: [] };
const data = require('@grafana/data');

const NAMED = ['green', 'yellow', 'orange', 'red', 'blue', 'text'];

// The standard options of fields, which Grafana's frontend registers when it starts.
function standardOptions() {
  const of = (id, process) => ({ id, path: id, name: id, process, shouldApply: () => true, getItemsCount: () => 0 });
  return [
    of('displayName', data.displayNameOverrideProcessor),
    of('unit', data.unitOverrideProcessor),
    of('decimals', data.numberOverrideProcessor),
    of('min', data.numberOverrideProcessor),
    of('max', data.numberOverrideProcessor),
    of('noValue', data.stringOverrideProcessor),
    of('mappings', data.valueMappingsOverrideProcessor),
    of('thresholds', data.thresholdsOverrideProcessor),
    of('links', data.dataLinksOverrideProcessor),
    of('color', data.identityOverrideProcessor),
  ];
}

// Every option of a panel's own that an override names: how it is processed does not matter here.
function customOptions(panel) {
  const names = new Set(panel.fieldConfig.overrides.flatMap((one) => one.properties.map((each) => each.id)));
  return [...names].filter((name) => name.startsWith('custom.')).map((id) => ({
    id, path: id.slice('custom.'.length), name: id, isCustom: true, process: data.identityOverrideProcessor,
    shouldApply: () => true,
  }));
}

function shown({ panel, frames }, theme, timeZone) {
  const replaceVariables = (text) => text;
  const registry = new data.FieldConfigOptionsRegistry(() => [...standardOptions(), ...customOptions(panel)]);
  const made = data.applyFieldOverrides({
    data: frames.map((frame) => data.toDataFrame(frame)), fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: registry, replaceVariables, theme, timeZone,
  });
  const hex = (value) => data.colorManipulator.asHexString(value).toLowerCase();
  const color = (value) =>
    (value && NAMED.find((name) => hex(theme.visualization.getColorByName(name)) === hex(value))) ?? value ?? null;
  const text = (display) => `${display.prefix ?? ''}${display.text}${display.suffix ?? ''}`;
  if (panel.type === 'stat') {
    const { reduceOptions } = panel.options;
    const values = data.getFieldDisplayValues({
      fieldConfig: panel.fieldConfig, reduceOptions, replaceVariables, theme, data: made, timeZone,
    });
    return { values: values.map(({ display }) => ({ title: display.title, text: text(display), color: color(display.color) })) };
  }
  const fields = made.flatMap((frame) => frame.fields.map((field) => ({ field, frame })));
  return {
    columns: fields.map(({ field, frame }) => ({
      name: field.name,
      title: data.getFieldDisplayName(field, frame, made),
      type: field.type,
      custom: field.config.custom ?? {},
      cells: field.values.map((value) => {
        const display = field.display(value);
        return { text: text(display), color: color(display.color) };
      }),
    })),
  };
}

const asked = JSON.parse(readFileSync(0, 'utf8'));
const theme = data.createTheme({ colors: { mode: asked.theme ?? 'dark' } });
process.stdout.write(JSON.stringify(asked.panels.map((each) => shown(each, theme, asked.timeZone ?? 'Europe/Berlin'))));
