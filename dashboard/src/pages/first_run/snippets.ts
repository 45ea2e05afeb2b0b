// What to type, with this server's own address filled in where the programs' default is another.

export interface Snippet {
  id: string;
  label: string;
  lead: string;
  code: string;
  isCommand: boolean;
  after: string;
}

export const kDefaultServer = 'http://127.0.0.1:8080';

export function makeSnippets(origin: string): Snippet[] {
  const isDefault = origin === kDefaultServer;
  const environment = isDefault ? '' : `export TRACKER_URL=${origin}\n`;
  return [
    {
      id: 'trainer', label: 'Trainer', isCommand: true,
      lead: 'Fine-tune a model of the Hugging Face hub on the IMDB reviews:',
      code: `${environment}trainer --model google-bert/bert-base-uncased --project imdb`,
      after: 'Loss, learning rate, accuracy, console and machine are logged while it trains. Any text classifier of the hub does, or a folder.',
    },
    {
      id: 'cpp', label: 'C++', isCommand: false,
      lead: 'Log from a program of your own with the SDK:',
      code: [
        '#include <tracker/run.hpp>',
        '',
        'int main() {',
        `  auto run = tracker::Run::start({.project = "demo"${isDefault ? '' : `, .server = "${origin}"`}});`,
        '  for (int step = 0; step < 1000; ++step) {',
        '    run.log({{"train/loss", 1.0 / (step + 1)}}, step);',
        '  }',
        '  run.finish();',
        '}',
      ].join('\n'),
      after: 'find_package(tracker) and link tracker::sdk. A call of log() never waits for the network.',
    },
    {
      id: 'shell', label: 'Shell', isCommand: true,
      lead: 'Log JSON lines from any language or script:',
      code: `${environment}echo '{"train/loss": 0.42}' | tracker log --project demo --name first`,
      after: 'Each line on standard input becomes a step; the run’s id is printed first.',
    },
  ];
}
