#include "weights/safetensors_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "config/error.hpp"

namespace trainer::weights {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A file: header of this text, then so many bytes.
std::string file_of(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return file + header + std::string(data_bytes, '\1');
}

SafetensorsHeader parse(const std::string& file) {
  return parse_header(std::as_bytes(std::span(file)), "m.safetensors");
}

std::string header_refusal(const std::string& file, ErrorCode code = ErrorCode::kInvalidInput) {
  try {
    parse(file);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), HasSubstr("m.safetensors"));
    return error.what();
  }
  return "accepted";
}

std::string tensor(const std::string& shape, const std::string& offsets,
                   const std::string& dtype = "F32") {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST(SafetensorsHeader, a_good_file_is_laid_out) {
  const auto header = parse(
      file_of(R"({"b":)" + tensor("[2,2]", "[4,20]") + R"(,"a":)" + tensor("[]", "[0,4]") +
                  R"(,"e":)" + tensor("[0,7]", "[20,20]") + R"(,"__metadata__":{"format":"pt"}}  )",
              20));
  ASSERT_EQ(header.slots.size(), 3U);
  EXPECT_EQ(header.slots[0].name, "a");
  EXPECT_TRUE(header.slots[0].shape.empty());
  EXPECT_EQ(header.slots[1].name, "b");
  EXPECT_EQ(header.slots[1].end, 20U);
  EXPECT_EQ(header.metadata.at("format"), "pt");
}

TEST(SafetensorsHeader, the_beginning_of_a_file_is_enough) {
  const std::string file = file_of(R"({"a":)" + tensor("[1]", "[0,4]") + "}", 4);
  const std::string beginning = file.substr(0, file.size() - 4);
  const auto bytes = std::as_bytes(std::span(beginning));
  EXPECT_EQ(header_end(bytes.first(8), file.size(), "m"), beginning.size());
  EXPECT_EQ(parse_header(bytes, file.size(), "m").slots.at(0).name, "a");
  EXPECT_THROW(parse_header(bytes, file.size() + 1, "m"), Error);
  EXPECT_THROW(parse_header(bytes.first(20), file.size(), "m"), Error);
}

TEST(SafetensorsHeader, a_length_is_believed_only_within_the_file_and_the_limit) {
  const auto end = [](std::uint64_t length, std::uint64_t file_size) {
    return header_end(std::as_bytes(std::span(&length, 1)), file_size, "m");
  };
  EXPECT_EQ(end(92, 100), 100U);
  for (const std::uint64_t length : {0UL, 1UL, 93UL, ~0UL, ~0UL - 8})
    EXPECT_THROW(end(length, 100), Error);
  EXPECT_EQ(end(kMaxHeaderBytes, ~0UL), kMaxHeaderBytes + 8);
  EXPECT_THROW(end(kMaxHeaderBytes + 1, ~0UL), Error);
  EXPECT_THROW(header_end({}, 100, "m"), Error);
}

TEST(SafetensorsHeader, no_tensors_are_a_file_too) {
  EXPECT_TRUE(parse(file_of("{}", 0)).slots.empty());
}

TEST(SafetensorsHeader, every_cut_of_a_good_file_is_refused) {
  const std::string whole = file_of(R"({"a":)" + tensor("[2]", "[0,8]") + "}", 8);
  ASSERT_EQ(parse(whole).slots.size(), 1U);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(header_refusal(whole.substr(0, size)), "accepted") << size;
  }
  EXPECT_THAT(header_refusal(whole + "x"), HasSubstr("too long"));
  EXPECT_THAT(header_refusal(whole.substr(0, whole.size() - 1)), HasSubstr("cut short"));
}

TEST(SafetensorsHeader, a_header_length_beyond_the_file_is_refused) {
  for (const std::uint64_t length :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100'000'001}, std::uint64_t{1} << 63U,
        ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
    std::string file = file_of("{}", 0);
    std::memcpy(file.data(), &length, 8);
    EXPECT_THAT(header_refusal(file), HasSubstr("not a safetensors file, or cut short")) << length;
  }
}

TEST(SafetensorsHeader, other_files_are_told_apart) {
  EXPECT_THAT(header_refusal("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"),
              HasSubstr("not a safetensors"));
  EXPECT_THAT(header_refusal(file_of("[1, 2, 3]", 0)), HasSubstr("does not begin with '{'"));
}

TEST(SafetensorsHeader, overlap_and_holes_are_refused) {
  const auto two = [](const std::string& first, const std::string& second) {
    return R"({"a":)" + tensor("[2]", first) + R"(,"b":)" + tensor("[2]", second) + "}";
  };
  EXPECT_THAT(header_refusal(file_of(two("[0,8]", "[4,12]"), 12)),
              AllOf(HasSubstr("'b'"), HasSubstr("overlap")));
  EXPECT_THAT(header_refusal(file_of(two("[0,8]", "[0,8]"), 8)), HasSubstr("overlap"));
  EXPECT_THAT(header_refusal(file_of(two("[0,8]", "[12,20]"), 20)), HasSubstr("leave a hole"));
  EXPECT_THAT(header_refusal(file_of(two("[4,12]", "[12,20]"), 20)), HasSubstr("leave a hole"));
}

TEST(SafetensorsHeader, sizes_that_overflow_are_refused) {
  for (const char* shape :
       {"[9223372036854775807]", "[4611686018427387904,4]", "[2147483648,2147483648,2]",
        "[1,18446744073709551615]", "[4611686018427387904,4,0]", "[9223372036854775808]",
        "[18446744073709551616]", "[-1]", "[1.0]", "[1e3]"}) {
    EXPECT_NE(header_refusal(file_of(R"({"a":)" + tensor(shape, "[0,0]") + "}", 0)), "accepted")
        << shape;
  }
  for (const char* offsets :
       {"[8,0]", "[0,9223372036854775807]", "[18446744073709551608,0]", "[0]", "[0,4,8]", "[]"}) {
    EXPECT_NE(header_refusal(file_of(R"({"a":)" + tensor("[2]", offsets) + "}", 8)), "accepted")
        << offsets;
  }
  std::string many = "[1";
  for (int i = 0; i < 1000; ++i) {
    many += ",1";
  }
  EXPECT_THAT(header_refusal(file_of(R"({"a":)" + tensor(many + "]", "[0,4]") + "}", 4)),
              HasSubstr("its shape cannot be"));
}

TEST(SafetensorsHeader, json_of_another_form_is_refused) {
  for (const char* header :
       {R"({"a":1})", R"({"a":[]})", R"({"a":null})", R"({"a":{}})", R"({"a":{"dtype":"F32"}})",
        R"({"__metadata__":1})", R"({"__metadata__":{"a":1}})", R"({"__metadata__":{"a":{}}})",
        R"({"__metadata__":{"a":"1","a":"2"}})",
        R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})",
        R"({"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}})",
        R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":"y"}})",
        R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
        R"({"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}})", R"({"a":)",
        R"({} x)", R"({"a" 1})", "{\"\xff\":1}", R"({"a":true})"}) {
    EXPECT_NE(header_refusal(file_of(header, 4)), "accepted") << header;
  }
  EXPECT_THAT(header_refusal(file_of("{" + std::string(100'000, '['), 0)),
              HasSubstr("not valid JSON"));
  EXPECT_NE(header_refusal(file_of(R"({"a":)" + std::string(100'000, '['), 0)), "accepted");
}

TEST(SafetensorsHeader, a_name_that_is_there_twice_is_refused) {
  EXPECT_THAT(
      header_refusal(file_of(
          R"({"a":)" + tensor("[1]", "[0,4]") + R"(,"a":)" + tensor("[1]", "[4,8]") + "}", 8)),
      HasSubstr("'a' of the safetensors header: its name is there twice"));
}

TEST(SafetensorsHeader, dtypes_unknown_and_unsupported_are_told_apart) {
  EXPECT_THAT(header_refusal(file_of(R"({"a":)" + tensor("[4]", "[0,4]", "F99") + "}", 4)),
              HasSubstr("unknown dtype 'F99'"));
  EXPECT_THAT(header_refusal(file_of(R"({"a":)" + tensor("[4]", "[0,4]", "F8_E4M3") + "}", 4),
                             ErrorCode::kUnsupported),
              HasSubstr("F8_E4M3"));
}

TEST(SafetensorsHeader, a_hostile_name_stays_on_one_line_of_the_message) {
  const std::string words = header_refusal(file_of(R"({"a\n\u001b[2J":1})", 0));
  EXPECT_THAT(words, HasSubstr("'a??[2J'"));
}

TEST(SafetensorsHeader, what_is_formatted_is_parsed_back) {
  const std::vector<TensorSlot> slots{{"ü\n\"", DType::kF32, {1, 2}, 0, 8},
                                      {"b", DType::kBool, {}, 8, 9}};
  const std::string bytes = format_header(slots, {{"format", "pt"}});
  EXPECT_EQ(bytes.size() % 8, 0U);
  const auto header = parse(bytes + std::string(9, '\0'));
  EXPECT_EQ(header.slots[0].name, "ü\n\"");
  EXPECT_EQ(header.slots[1].dtype, DType::kBool);
  EXPECT_EQ(header.data_offset, bytes.size());
  EXPECT_EQ(header.metadata.size(), 1U);
}

}  // namespace
}  // namespace trainer::weights
