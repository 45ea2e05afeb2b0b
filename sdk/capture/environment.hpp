#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tracker::capture {

enum class GitCapture { kOn, kOff };

// Where and how this process runs, as a JSON object for RunStart: host, os, user, program,
// arguments (with secrets masked), directory, pid, cpu, cores, memory_bytes, gpus [{name,
// memory_bytes}], git {commit, branch, remote, changed_files}. What cannot be found out is absent.
// Takes some 10 ms with git. docs/capture.md lists the fields.
std::string environment_json(GitCapture git);

// Replaces the values of arguments whose names speak of a secret (token, key, password, secret,
// credential, auth) by
// "***", and credentials in URLs by nothing: `--api-key X`, `--api-key=X`, `password=X`,
// `https://u:p@h`.
std::vector<std::string> without_secrets(std::vector<std::string> arguments);

// Of a text (a patch): values behind names of that kind, as in `api_key = "X"`, `"password": "X"`
// and `TOKEN=X`, become "***", and credentials in URLs go. Lines stay lines.
std::string without_secrets_in(std::string_view text);

}  // namespace tracker::capture
