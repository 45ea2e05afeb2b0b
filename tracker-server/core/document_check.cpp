#include "core/document_check.hpp"

#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "base/utf8.hpp"

namespace tracker::core {
namespace {

using nlohmann::json;

class Look final : public nlohmann::json_sax<json> {
 public:
  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t& text) override { return value() && whole(text); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return deeper(); }
  bool key(string_t& text) override { return whole(text); }
  bool end_object() override { return --depth_, true; }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return fail("is not a JSON object");
    return deeper();
  }
  bool end_array() override { return --depth_, true; }
  bool parse_error(std::size_t at, const std::string&,
                   const nlohmann::detail::exception&) override {
    return fail("is not JSON at byte " + std::to_string(at));
  }

  std::string fault;

 private:
  bool fail(const std::string& what) {
    if (fault.empty()) fault = what;
    return false;
  }
  bool value() { return depth_ > 0 || fail("is not a JSON object"); }
  bool deeper() {
    return ++depth_ <= kMostDocumentDepth ||
           fail("is nested deeper than " + std::to_string(kMostDocumentDepth) + " levels");
  }
  bool whole(const std::string& text) {
    return text.find('\0') == std::string::npos || fail("has a NUL character in a text");
  }

  int depth_ = 0;
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kInvalidArgument, what);
}

}  // namespace

void check_document(std::string_view text, const std::string& what) {
  if (text.size() > kMostDocumentBytes)
    refuse(what + " has more than " + std::to_string(kMostDocumentBytes) + " bytes");
  if (!base::is_text(text)) refuse(what + " is not UTF-8, or has a NUL in it");
  Look look;
  if (!json::sax_parse(text.begin(), text.end(), &look)) refuse(what + " " + look.fault);
}

}  // namespace tracker::core
