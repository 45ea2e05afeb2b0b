#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "data/archives/byte_source.hpp"

namespace trainer::data {

// Splits a JSON file into the texts of its objects: one a line, or the elements of one array (told
// apart by the first character). What is inside an object is not looked at. One thread.
class JsonScanner {
 public:
  explicit JsonScanner(const std::filesystem::path& file);

  // The next object's text (of lines: the next line that is not blank), a view that lives until the
  // next call; false at the end. Throws naming the line or element: an array's element that is no
  // object, an array that does not end, anything behind it, an object of more than kMaxRecordBytes.
  bool next(std::string_view& object);

  // From 1: the line, in an array the element.
  std::uint64_t number() const noexcept { return number_; }
  std::string_view unit() const noexcept { return array_ ? "element" : "line"; }

 private:
  bool next_line(std::string_view& object);
  bool next_element(std::string_view& object);
  // Skips blanks and line ends; false at the end of the file.
  bool skip_blanks();
  // Place of the brace that ends the object which begins the window.
  std::size_t end_of_object();
  bool refill();
  std::string place(std::uint64_t number) const;  // "FILE: line 3"

  const std::string name_;
  ByteSource source_;
  bool ended_ = false;
  bool array_ = false;
  bool array_done_ = false;
  std::string window_;
  std::size_t start_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace trainer::data
