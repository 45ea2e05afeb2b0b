#include <unordered_map>

#include "cli/history_writer.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

class JsonlWriter final : public HistoryWriter {
 public:
  explicit JsonlWriter(Output& output) : output_(output) {}

  bool needs_keys() const noexcept override { return false; }
  void begin(const std::vector<std::string>&) override {}
  void end() override {}

  void batch(const HistoryBatch& batch) override {
    std::vector<std::string> names;
    for (const auto& column : batch.columns) {
      names.emplace_back(",").append(quoted_json(exported_name(column.key))).append(":");
    }
    std::string line;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      line = "{\"step\":" + std::to_string(batch.steps[row]) +
             ",\"time\":" + seconds_text(batch.times_us[row]);
      for (std::size_t c = 0; c < names.size(); ++c) {
        if (batch.columns[c].present[row])
          line += names[c] + number_json(batch.columns[c].values[row]);
      }
      output_.write(line += "}\n");
    }
  }

 private:
  Output& output_;
};

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

class CsvWriter final : public HistoryWriter {
 public:
  explicit CsvWriter(Output& output) : output_(output) {}

  void begin(const std::vector<std::string>& keys) override {
    std::string header = "step,time";
    for (const auto& key : keys) {
      place_.emplace(key, place_.size());
      header += ',' + csv_field(exported_name(key));
    }
    output_.write(header += '\n');
  }

  void batch(const HistoryBatch& batch) override {
    std::vector<const HistoryColumn*> columns(place_.size(), nullptr);
    for (const auto& column : batch.columns) {
      if (const auto place = place_.find(column.key); place != place_.end())
        columns[place->second] = &column;
    }
    std::string line;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      line = std::to_string(batch.steps[row]) + ',' + seconds_text(batch.times_us[row]);
      for (const auto* column : columns) {
        line += ',';
        if (column != nullptr && column->present[row]) line += number_text(column->values[row]);
      }
      output_.write(line += '\n');
    }
  }

  void end() override {}

 private:
  Output& output_;
  std::unordered_map<std::string, std::size_t> place_;
};

}  // namespace

std::string exported_name(const std::string& key) {
  return key == "step" || key == "time" ? "value/" + key : key;
}

std::unique_ptr<HistoryWriter> make_jsonl_writer(Output& output) {
  return std::make_unique<JsonlWriter>(output);
}
std::unique_ptr<HistoryWriter> make_csv_writer(Output& output) {
  return std::make_unique<CsvWriter>(output);
}

}  // namespace tracker::cli
