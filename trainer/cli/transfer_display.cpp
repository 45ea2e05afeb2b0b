#include "cli/transfer_display.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>

#include "config/printable.hpp"

namespace trainer::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kBetweenLines = std::chrono::seconds(10);
constexpr auto kRateWindow = std::chrono::seconds(5);
constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kWidthElsewhere = 80;
constexpr double kThousand = 1000.0;
constexpr std::array<const char*, 6> kUnits{"B", "kB", "MB", "GB", "TB", "PB"};

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                         : kWidthElsewhere;
}

std::string time_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

struct File {
  std::uint64_t begun_at = 0;  // what an earlier process left
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
  bool told = false;
};

}  // namespace

struct TransferDisplay::State {
  explicit State(TransferStyle wanted) : style(wanted) {}

  const TransferStyle style;
  std::mutex mutex;  // of everything below
  bool over = false;
  bool drawn = false;
  std::map<std::string, File, std::less<>> files;
  std::size_t expected_files = 0;
  std::uint64_t expected_bytes = 0;
  Clock::time_point last_draw{};
  std::deque<std::pair<Clock::time_point, std::uint64_t>> samples;

  void on_progress(std::string_view name, std::uint64_t done, std::uint64_t total);
  void line(const std::string& text);
  void clear();
  void draw(Clock::time_point now);
  void tell(std::string_view name, File& file, Clock::time_point now);
  std::uint64_t arrived() const;
  double rate(Clock::time_point now);
  std::string summary(Clock::time_point now);
};

namespace {

// The log's lines, above the one that is drawn.
class AboveSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit AboveSink(std::function<void(const std::string&)> show) : show_(std::move(show)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    show_(std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  std::function<void(const std::string&)> show_;
};

}  // namespace

TransferStyle transfer_style_of_terminal() {
  const char* terminal = std::getenv("TERM");
  if (isatty(STDERR_FILENO) == 0 || (terminal != nullptr && std::string_view(terminal) == "dumb")) {
    return TransferStyle::kLines;
  }
  const char* plain = std::getenv("NO_COLOR");
  return plain != nullptr && *plain != '\0' ? TransferStyle::kPlainBar : TransferStyle::kColour;
}

std::string size_text(std::uint64_t bytes) {
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= kThousand - 0.05 && unit + 1 < kUnits.size(); ++unit) {
    size /= kThousand;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::uint64_t TransferDisplay::State::arrived() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, file] : files) {
    bytes += file.done - std::min(file.done, file.begun_at);
  }
  return bytes;
}

// Bytes a second over the last seconds.
double TransferDisplay::State::rate(Clock::time_point now) {
  samples.emplace_back(now, arrived());
  while (samples.size() > 2 && now - samples.front().first > kRateWindow) {
    samples.pop_front();
  }
  const double seconds =
      std::chrono::duration<double>(samples.back().first - samples.front().first).count();
  const auto bytes =
      static_cast<double>(samples.back().second) - static_cast<double>(samples.front().second);
  return seconds > 0 ? std::max(0.0, bytes / seconds) : 0;
}

std::string TransferDisplay::State::summary(Clock::time_point now) {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::size_t whole = 0;
  for (const auto& [name, file] : files) {
    done += file.done;
    total += std::max(file.total, file.done);
    whole += file.total > 0 && file.done == file.total ? 1 : 0;
  }
  total = std::max(total, expected_bytes);
  const double speed = rate(now);
  const std::string left =
      speed > 0 ? "  " + time_text(static_cast<double>(total - done) / speed) + " left" : "";
  return fmt::format("{}/{} files  {}/{}  {}/s{}", whole, std::max(expected_files, files.size()),
                     size_text(done), size_text(total),
                     size_text(static_cast<std::uint64_t>(speed)), left);
}

void TransferDisplay::State::draw(Clock::time_point now) {
  if (now - last_draw < kRedraw) {
    return;
  }
  last_draw = now;
  std::uint64_t done = 0;
  std::uint64_t total = expected_bytes;
  std::uint64_t begun = 0;
  for (const auto& [name, file] : files) {
    done += file.done;
    begun += std::max(file.total, file.done);
  }
  total = std::max({total, begun, std::uint64_t{1}});
  const auto filled = static_cast<std::size_t>(
      static_cast<double>(kBarWidth) * static_cast<double>(done) / static_cast<double>(total));
  std::string bar;
  for (std::size_t i = 0; i < kBarWidth; ++i) {
    bar += i < filled || style == TransferStyle::kColour ? "━" : " ";
  }
  if (style == TransferStyle::kColour) {
    const std::size_t cut = filled * std::string_view("━").size();
    bar = "\x1b[36m" + bar.substr(0, cut) + "\x1b[90m" + bar.substr(cut) + "\x1b[0m";
  }
  const std::size_t width = terminal_width();
  const std::size_t room = width > kBarWidth + 2 ? width - kBarWidth - 2 : 0;
  write(fmt::format("\r\x1b[K{} {}", bar, summary(now).substr(0, room)));
  drawn = true;
}

void TransferDisplay::State::clear() {
  if (drawn) {
    write("\r\x1b[K");
    drawn = false;
  }
}

void TransferDisplay::State::line(const std::string& text) {
  const std::lock_guard lock(mutex);
  clear();
  write(config::printable(text, 1000) + "\n");
}

void TransferDisplay::State::tell(std::string_view name, File& file, Clock::time_point now) {
  const bool whole = file.total > 0 && file.done == file.total;
  if (whole && !file.told) {
    file.told = true;
    write(fmt::format("fetched {} ({})\n", config::printable(name), size_text(file.total)));
  } else if (!whole && now - last_draw > kBetweenLines) {
    if (last_draw != Clock::time_point()) {
      write(summary(now) + "\n");
    }
    last_draw = now;
  }
}

void TransferDisplay::State::on_progress(std::string_view name, std::uint64_t done,
                                         std::uint64_t total) {
  const std::lock_guard lock(mutex);
  if (over) {
    return;
  }
  const auto now = Clock::now();
  auto at = files.find(name);
  if (at == files.end()) {
    at = files.emplace(std::string(name), File{.begun_at = done, .total = total}).first;
  }
  File& file = at->second;
  file.done = done;
  file.total = total;
  if (style == TransferStyle::kLines) {
    tell(name, file, now);
  } else {
    draw(now);
  }
}

TransferDisplay::TransferDisplay(TransferStyle style) : state_(std::make_shared<State>(style)) {
  if (style != TransferStyle::kLines) {
    const auto former = spdlog::default_logger();
    auto logger = std::make_shared<spdlog::logger>(
        former->name(), std::make_shared<AboveSink>(
                            [state = state_](const std::string& text) { state->line(text); }));
    logger->set_level(former->level());
    former_log_ = former;
    spdlog::set_default_logger(std::move(logger));
  }
}

TransferDisplay::~TransferDisplay() {
  finish();
  if (former_log_) {
    spdlog::set_default_logger(former_log_);
  }
}

void TransferDisplay::expect(std::size_t files, std::uint64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->expected_files = files;
  state_->expected_bytes = bytes;
}

hub::Progress TransferDisplay::progress() const {
  return [state = state_](std::string_view name, std::uint64_t done, std::uint64_t total) {
    state->on_progress(name, done, total);
  };
}

std::uint64_t TransferDisplay::arrived() const {
  const std::lock_guard lock(state_->mutex);
  return state_->arrived();
}

void TransferDisplay::finish() {
  const std::lock_guard lock(state_->mutex);
  state_->over = true;
  state_->clear();
}

}  // namespace trainer::cli
