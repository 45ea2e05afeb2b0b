#include <gtest/gtest.h>

#include <string>

#include "cli/spool_view.hpp"

namespace {

using tracker::cli::record_json;
using tracker::cli::record_line;
namespace sp = tracker::spool;

std::string document_of(std::size_t levels) {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += "{\"a\":";
  return text + "1" + std::string(levels, '}');
}

// Printing goes down into JSON: a record of a megabyte has room for levels that end the program.
TEST(RecordView, documents_deeper_than_stacks_are_shown_as_text) {
  for (const std::size_t levels : {std::size_t{60}, std::size_t{150'000}}) {
    const std::string document = document_of(levels);
    const sp::Record config = sp::Config{0, document};
    const sp::Record media = sp::Media{"k", "table", 0, 0, "application/json", document, "x"};
    const auto of_config = record_json({sp::Offset{0}, sp::Offset{8}, config}, {});
    const auto of_media = record_json({sp::Offset{0}, sp::Offset{8}, media}, {});
    EXPECT_EQ(of_config.at("values").is_string(), levels > 64);
    EXPECT_EQ(of_media.at("description").is_string(), levels > 64);
    EXPECT_NE(of_media.dump().find("\"content_bytes\":1"), std::string::npos);
    EXPECT_NE(record_line({sp::Offset{0}, sp::Offset{8}, config}, {}).find(document_of(0)),
              std::string::npos);
  }
}

}  // namespace
