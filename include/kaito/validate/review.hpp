#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kaito/json/yaml.hpp"
#include "kaito/validate/validate.hpp"

namespace kaito::validate {

/// One object of the input, or a document that is none, and what was found in it.
struct Reviewed {
  std::string file;
  std::string kind;  ///< "" for a document that cannot be read
  std::string namespace_;
  std::string name;
  /// With their places in `file`, in the order of the fields; most often none.
  std::vector<Finding> findings;
};

/// What was looked at.
struct ReviewCounts {
  std::size_t documents = 0;    ///< all, those that cannot be read too
  std::size_t objects = 0;      ///< Workspaces and InferenceSets, and the ConfigMaps they name
  std::size_t passed_over = 0;  ///< documents of other kinds
  std::size_t broken = 0;       ///< documents that cannot be read
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t infos = 0;
};

/// Where the objects are looked for that are not in the input: those that it names, and what is
/// stored under the names of its own.
struct Elsewhere {
  enum class Answer : std::uint8_t { found, absent, unknown };
  struct Found {
    Answer answer = Answer::unknown;
    json::Document object;
  };
  /// May be empty: nothing is known of any.
  std::function<Found(Reference::Kind kind, const std::string& namespace_, const std::string& name)>
      look_up;
  /// The stored object of that kind (Workspace, InferenceSet), of which the one in the input would
  /// be an update. May be empty.
  std::function<Found(const std::string& kind, const std::string& namespace_,
                      const std::string& name)>
      stored;
};

/// Checks documents as they come: Workspaces and InferenceSets, `List`s of them, and the ConfigMaps
/// and Secrets that they name, wherever in the input those stand. Holds no document but ConfigMaps
/// and Secrets (64 MiB of them) and Workspaces whose ConfigMap is still to come (4000): memory does
/// not grow with the input.
class Review {
 public:
  using Sink = std::function<void(const Reviewed&)>;
  /// `sink` gets each object as soon as it is judged. `namespace_` is that of objects which name
  /// none. `context` is copied; what it points to must outlive the review.
  Review(Context context, std::string namespace_, Sink sink, Elsewhere elsewhere = {});
  Review(Review&&) noexcept;
  Review& operator=(Review&&) noexcept;
  ~Review();

  void add(const json::YamlDocument& document);
  /// A document that cannot be read.
  void add_broken(const SourcePlace& place, std::string message);
  /// Judges what was waiting for other documents.
  void finish();

  [[nodiscard]] const ReviewCounts& counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kaito::validate
