#include <istream>
#include <utility>

#include "json/yaml_load.hpp"
#include "json/yaml_pieces.hpp"
#include "json/yaml_tree.hpp"
#include "kaito/json/yaml.hpp"

namespace kaito::json {

struct YamlReader::State {
  YamlPieces pieces;
  YamlTree tree;
  YamlLimits limits;
  std::optional<YamlProblem> problem = {};
};

YamlReader::YamlReader(ByteSource source, std::string file, YamlLimits limits)
    : state_(new State{YamlPieces(std::move(source), limits.bytes),
                       YamlTree(std::move(file), limits), limits}) {}

YamlReader::YamlReader(std::string_view text, std::string file, YamlLimits limits)
    : state_(new State{YamlPieces(text, limits.bytes), YamlTree(std::move(file), limits), limits}) {
}

YamlReader::YamlReader(YamlReader&&) noexcept = default;
YamlReader& YamlReader::operator=(YamlReader&&) noexcept = default;
YamlReader::~YamlReader() = default;

const std::optional<YamlProblem>& YamlReader::problem() const {
  return state_->problem;
}

Result<std::optional<YamlDocument>> YamlReader::next() {
  State& state = *state_;
  state.problem.reset();
  for (;;) {
    KAITO_TRY(const auto piece, state.pieces.next());
    if (!piece) return std::nullopt;
    state.tree.renew_limits();
    state.problem = read_piece(*piece, state.limits, state.tree);
    if (state.problem) return fail(to_error(*state.problem));
    auto documents = state.tree.take_documents();
    if (!documents.empty()) return std::move(documents.front());
  }
}

ByteSource bytes_of(std::istream& stream) {
  return [&stream](char* out, std::size_t most) -> Result<std::size_t> {
    stream.read(out, static_cast<std::streamsize>(most));
    if (stream.bad()) return fail(ErrorCode::parse, "the text cannot be read");
    return static_cast<std::size_t>(stream.gcount());
  };
}

}  // namespace kaito::json
