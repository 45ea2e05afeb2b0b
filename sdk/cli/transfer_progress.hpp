#pragma once

#include <functional>
#include <string>
#include <thread>

#include "relay/artifacts/download.hpp"

namespace tracker::cli {

// While it lives, a line on stderr tells how far a transfer is, and is drawn again ten times a
// second; nothing is said where stderr is no terminal. Wiped at the end.
class TransferProgress {
 public:
  // `line` makes the text of the moment; called by a thread of its own.
  explicit TransferProgress(std::function<std::string()> line);
  ~TransferProgress();
  TransferProgress(const TransferProgress&) = delete;
  TransferProgress& operator=(const TransferProgress&) = delete;

 private:
  std::jthread painter_;
};

// Tells of a download, from now on; `progress` must outlive it.
TransferProgress show(const relay::DownloadProgress& progress);

// "123.4 MB of 438.0 MB  88.1 MB/s  3.6s left": `elapsed` in seconds.
std::string amount_text(std::uint64_t done, std::uint64_t total, double elapsed);

}  // namespace tracker::cli
