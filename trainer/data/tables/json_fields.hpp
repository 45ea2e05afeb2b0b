#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/row_source.hpp"

namespace trainer::data {

// Picks the columns out of one JSON object while it is parsed; nothing else of it is kept.
class JsonFields : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonFields(const Columns& columns, Pass pass);

  // Fills the row's texts and label. `place` gives what errors begin with. Throws: not JSON in
  // UTF-8, not an object, deeper than config::kMaxJsonDepth, a column that is missing or of another
  // type.
  template <typename Place>
  void read(std::string_view object, RawRow& row, Place&& place) {
    if (!parse(object, row)) throw_failure(object, place());
  }

  bool null() override;
  bool boolean(bool value) override;
  bool number_integer(number_integer_t value) override;
  bool number_unsigned(number_unsigned_t value) override;
  bool number_float(number_float_t value, const string_t& written) override;
  bool string(string_t& value) override;
  bool binary(binary_t& value) override;
  bool start_object(std::size_t elements) override;
  bool key(string_t& name) override;
  bool end_object() override;
  bool start_array(std::size_t elements) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::json::exception& error) override;

 private:
  enum class Column { kOther, kText, kPair, kLabel };

  bool parse(std::string_view object, RawRow& row);
  [[noreturn]] void throw_failure(std::string_view object, const std::string& place) const;
  // Where a scalar at the parser's place belongs; nullptr: nowhere. `fits` is false when the place
  // takes texts only.
  Cell* cell();
  bool enter();  // an object or an array; false when it lies too deep
  bool fail(std::string message);
  bool unfit();

  const Columns& columns_;
  const Pass pass_;
  RawRow* row_ = nullptr;
  std::size_t depth_ = 0;
  bool in_list_ = false;
  Column column_ = Column::kOther;
  std::size_t label_ = 0;      // which of the label columns
  std::vector<bool> seen_;     // text, pair, labels…
  std::string failure_;        // what is wrong with the row
  std::size_t failed_at_ = 0;  // byte, for JSON that is none
};

}  // namespace trainer::data
