#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hub/hub.hpp"

namespace spdlog {
class logger;
}

// What the user sees of downloads, on standard error: on a terminal one line for all of them, drawn
// again ten times a second (files, bytes, rate, time left), and lines of the log above it;
// elsewhere a plain line for each file that is there, and every ten seconds how far it is.
namespace trainer::cli {

enum class TransferStyle { kColour, kPlainBar, kLines };
// kLines unless standard error is a terminal (TERM other than "dumb"); NO_COLOR means kPlainBar.
TransferStyle transfer_style_of_terminal();

// "12.3 MB", in powers of ten as the hub's pages have it.
std::string size_text(std::uint64_t bytes);

// Called by several threads at once. From construction to destruction the log's lines go through
// it.
class TransferDisplay {
 public:
  explicit TransferDisplay(TransferStyle style);
  ~TransferDisplay();
  TransferDisplay(const TransferDisplay&) = delete;
  TransferDisplay& operator=(const TransferDisplay&) = delete;

  // What will come, if that is known: else the totals are those of the files that were begun.
  void expect(std::size_t files, std::uint64_t bytes);
  // For Hub; may outlive the display, and then shows nothing.
  hub::Progress progress() const;
  // Bytes that arrived, those of earlier processes not counted.
  std::uint64_t arrived() const;
  // Takes the line away.
  void finish();

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::shared_ptr<spdlog::logger> former_log_;  // the log that was, on a terminal
};

}  // namespace trainer::cli
