// Reads a data set as the trainer does and says how fast and with how much memory.
//
//     data_bench SOURCE [--label COLUMN] [--samples N] [--stream] [--split NAME]
//
// --stream: block by block, keeping nothing; else into memory. One line of JSON: rows, bytes of
// text, seconds, rows per second, and the most memory that was resident (MiB), before and after.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <span>
#include <string>

#include "config/error.hpp"
#include "data/dataset.hpp"

namespace {

namespace data = trainer::data;

// VmHWM of this process, MiB.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

struct Arguments {
  data::DatasetOptions options;
  data::Selection selection;
  bool stream = false;
};

Arguments parse(std::span<char*> args) {
  Arguments parsed;
  for (std::size_t i = 1; i < args.size(); ++i) {
    const std::string arg = args[i];
    const auto value = [&] { return std::string(i + 1 < args.size() ? args[++i] : ""); };
    if (arg == "--label") {
      parsed.options.label_columns = {value()};
    } else if (arg == "--samples") {
      parsed.selection.samples = std::stoull(value());
    } else if (arg == "--split") {
      parsed.options.train_split = value();
    } else if (arg == "--stream") {
      parsed.stream = true;
    } else {
      parsed.options.source = arg;
    }
  }
  return parsed;
}

struct Total {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

Total read(const Arguments& args) {
  const data::DatasetSource source(args.options);
  Total total;
  if (!args.stream) {
    const data::Dataset rows = source.read(data::Split::kTrain, args.selection);
    total.rows = rows.rows.size();
    for (const data::Example& row : rows.rows) total.bytes += row.text.size();
    return total;
  }
  const auto blocks = source.open(data::Split::kTrain, args.selection);
  for (data::ExampleBlocks::Block block; blocks->next(block);) {
    total.rows += block.rows.size();
    for (const data::Example& row : block.rows) total.bytes += row.text.size();
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments args = parse({argv, static_cast<std::size_t>(argc)});
    const double before = peak_memory();
    const auto start = std::chrono::steady_clock::now();
    const Total total = read(args);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fmt::print(
        "{{\"rows\": {}, \"bytes\": {}, \"seconds\": {:.3f}, \"rows_per_second\": {:.0f}, "
        "\"peak_mib_before\": {:.0f}, \"peak_mib\": {:.0f}}}\n",
        total.rows, total.bytes, took.count(), static_cast<double>(total.rows) / took.count(),
        before, peak_memory());
  } catch (const trainer::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
