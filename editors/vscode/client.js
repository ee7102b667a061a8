// Starts `watchword lsp` and joins it to the editor. All knowledge of the language is in the server.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

// Behind `in zone ` the zones are wanted next: ask for them at once.
async function askOn(document, position, context, token, next) {
  const found = await next(document, position, context, token);
  for (const item of found?.items ?? found ?? []) {
    if (typeof item.insertText === "string" && /[ (]$/.test(item.insertText)) {
      item.command = { command: "editor.action.triggerSuggest", title: "what comes next" };
    }
  }
  return found;
}

async function start() {
  const [command, ...args] = vscode.workspace.getConfiguration("watchword").get("command");
  const options = {
    documentSelector: [{ language: "watch" }],
    // A scene says which zones there are: when one is saved, the rules beside it are checked anew.
    middleware: { provideCompletionItem: askOn },
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{watch,json}") },
  };
  client = new LanguageClient("watchword", "Watchword", { command, args }, options);
  try {
    await client.start();
  } catch (error) {
    const hint = 'Install it with `pip install "watchword[lsp]"`, or say in the setting watchword.command where it is.';
    vscode.window.showErrorMessage(`Watchword: \`${[command, ...args].join(" ")}\` does not start. ${hint}`);
  }
}

async function stop() {
  const old = client;
  client = undefined;
  if (old !== undefined && old.isRunning()) {
    await old.stop();
  }
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(vscode.commands.registerCommand("watchword.restart", restart));
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("watchword.command")) {
        restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
