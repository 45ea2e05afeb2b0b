#include "data/tables/json_rows.hpp"

#include "data/tables/json_fields.hpp"
#include "data/tables/json_scanner.hpp"

namespace trainer::data {
namespace {

class JsonReader : public TableReader {
 public:
  JsonReader(const std::filesystem::path& file, const Columns& columns, const Reading& reading,
             std::uint64_t first_position)
      : TableReader(file.string(), columns, reading, first_position),
        scanner_(file),
        fields_(columns_, reading_.pass) {}

  bool next(std::vector<RawRow>& block) override {
    block.clear();
    std::size_t bytes = 0;
    std::string_view object;
    while (block.size() < kBlockRows && bytes < kBlockBytes) {
      if (!scanner_.next(object)) return !block.empty();
      const std::uint64_t number = scanner_.number();
      RawRow* row = add_row(block, number);
      if (row == nullptr) continue;
      fields_.read(object, *row, [&] { return place(number); });
      bytes += object.size();
    }
    return true;
  }

  std::string_view unit() const override { return scanner_.unit(); }

 private:
  JsonScanner scanner_;
  JsonFields fields_;
};

}  // namespace

std::unique_ptr<TableReader> open_json(const std::filesystem::path& file, const Columns& columns,
                                       const Reading& reading, std::uint64_t first_position) {
  return std::make_unique<JsonReader>(file, columns, reading, first_position);
}

}  // namespace trainer::data
