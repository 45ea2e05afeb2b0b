#include "train/training_display.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace trainer::train {
namespace {

constexpr int kBarWidth = 24;
constexpr auto kRedraw = std::chrono::milliseconds(100);

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Style style_of_terminal() {
  const char* terminal = std::getenv("TERM");
  if (isatty(STDERR_FILENO) == 0 || (terminal && std::string_view(terminal) == "dumb"))
    return Style::kLines;
  const char* plain = std::getenv("NO_COLOR");
  return plain && *plain ? Style::kBar : Style::kColour;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string describe(const Row& row) {
  std::string out;
  for (const auto& [key, value] : row.values) {
    if (key == "train/global_step") continue;
    const bool small = value != 0 && std::abs(value) < 1e-3;
    out += fmt::format("{}{} {}", out.empty() ? "" : "  ", key,
                       small ? fmt::format("{:.2e}", value) : fmt::format("{:.4g}", value));
  }
  return out;
}

TrainingDisplay::TrainingDisplay(Style style) : style_(style) {}

void TrainingDisplay::began(const TrainerState& state) {
  start_ = drawn_ = std::chrono::steady_clock::now();
  first_step_ = state.global_step;
  max_steps_ = state.max_steps;
  if (style_ != Style::kLines) draw(state);
}

void TrainingDisplay::stepped(const TrainerState& state) {
  if (style_ == Style::kLines) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < kRedraw && state.global_step != state.max_steps) return;
  drawn_ = now;
  draw(state);
}

void TrainingDisplay::draw(const TrainerState& state) {
  // A resumed run may have done more steps than it is now asked for.
  const double done = std::min(1.0, static_cast<double>(state.global_step) /
                                        static_cast<double>(std::max<std::int64_t>(1, max_steps_)));
  const auto filled = static_cast<int>(done * kBarWidth);
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i)
    bar += i < filled ? "━" : (style_ == Style::kColour ? "━" : " ");
  if (style_ == Style::kColour) {
    const auto cut = static_cast<std::size_t>(filled) * std::string_view("━").size();
    bar = "\x1b[36m" + bar.substr(0, cut) + "\x1b[90m" + bar.substr(cut) + "\x1b[0m";
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const auto steps = static_cast<double>(state.global_step - first_step_);
  const double left =
      steps > 0 ? seconds / steps * static_cast<double>(max_steps_ - state.global_step) : 0;
  write(fmt::format("\r\x1b[K{} {}/{}  epoch {}  {:.2f} steps/s  {} < {}", bar, state.global_step,
                    max_steps_, state.epoch + 1, steps / std::max(seconds, 1e-9),
                    clock_text(seconds), clock_text(left)));
}

void TrainingDisplay::clear() {
  if (style_ != Style::kLines) write("\r\x1b[K");
}

void TrainingDisplay::logged(const Row& row) {
  clear();
  write(fmt::format("step {}/{}  {}\n", row.step, max_steps_, describe(row)));
}

void TrainingDisplay::noted(const std::string& text) {
  clear();
  write(text + "\n");
}

void TrainingDisplay::ended(const TrainerState& state, Outcome outcome) {
  clear();
  if (outcome == Outcome::kStopped)
    write(fmt::format("stopped after step {}\n", state.global_step));
}

}  // namespace trainer::train
