// The results of a run, for page.py, in the file that KAITO_CONFORMANCE_RESULTS names: the server's
// version, then "ID<tab>RESULT<tab>NOTE" a line, where RESULT is ok, FAILED or n/a (the note says
// why) and the note of an ok says what was left out. A case that did not run has no line.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "session.hpp"

namespace kaito::conformance {

namespace {

/// The case under way.
struct Current {
  std::string id;
  std::string not_applicable;
  std::string left_out;
};

Current& current() {
  static Current the_case;
  return the_case;
}

class Results final : public doctest::IReporter {
 public:
  explicit Results(const doctest::ContextOptions& /*options*/) {
    const auto path = test::environment("KAITO_CONFORMANCE_RESULTS");
    if (!path.empty()) file_.open(path, std::ios::trunc);
  }
  void test_case_start(const doctest::TestCaseData& data) override {
    const std::string name = data.m_name;
    current() = {name.substr(0, name.find(' ')), "", ""};
  }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    if (!file_.is_open()) return;
    const auto& [id, not_applicable, left_out] = current();
    file_ << id << '\t'
          << (stats.failure_flags != 0  ? "FAILED\t"
              : !not_applicable.empty() ? "n/a\t" + not_applicable
                                        : "ok\t" + left_out)
          << std::endl;
  }
  void report_query(const doctest::QueryData& /*data*/) override {}
  void test_run_start() override {
    if (!file_.is_open()) return;
    const auto version = target().client().server_version(soon());
    file_ << "server\t" << (version ? *version : "unknown") << '\t' << std::endl;
  }
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*data*/) override {}
  void log_message(const doctest::MessageData& /*data*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}

 private:
  std::ofstream file_;
};

REGISTER_LISTENER("results", 1, Results);

}  // namespace

void not_for_this_server(const std::string& why) {
  current().not_applicable = why;
}

void without_part(const std::string& what) {
  current().left_out = what;
}

}  // namespace kaito::conformance
