#include "kaito/json/tree.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cassert>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "kaito/json/json.hpp"

namespace kaito::json {

/// A tree and its memory: blocks that nodes fill from the front and text from the back. The first
/// is part of the arena, so that a small object is one allocation.
class TreeArena {
 public:
  using Kind = TreeNode::Kind;

  TreeArena()
      : front_(first_),
        back_(first_ + first_bytes),
        root_(make(std::string_view(), Kind::object)) {}
  TreeArena(const TreeArena&) = delete;
  TreeArena& operator=(const TreeArena&) = delete;

  TreeNode& root() { return root_; }

  /// A node of nobody yet. The key is pointed to.
  TreeNode& make(std::string_view key, Kind kind) {
    if (static_cast<std::size_t>(back_ - front_) < sizeof(TreeNode)) add_block();
    char* const place = std::exchange(front_, front_ + sizeof(TreeNode));
    return *new (place) TreeNode(key, kind);
  }

  TreeNode& append(TreeNode& parent, std::string_view key, Kind kind) {
    assert(parent.is_container());
    TreeNode& node = make(key, kind);
    (parent.last_ != nullptr ? parent.last_->next_ : parent.first_) = &node;
    parent.last_ = &node;
    return node;
  }

  // Of a node of that kind.
  static void set_boolean(TreeNode& node, bool boolean) { node.boolean_ = boolean; }
  static void set_integer(TreeNode& node, std::int64_t integer) { node.integer_ = integer; }

  static Kind kind_of(const Value& value) {
    switch (value.kind()) {
      case boost::json::kind::bool_:
        return Kind::boolean;
      case boost::json::kind::int64:
        return Kind::integer;
      case boost::json::kind::uint64:
        return value.get_uint64() <= max_integer ? Kind::integer : Kind::natural;
      case boost::json::kind::double_:
        return Kind::real;
      case boost::json::kind::string:
        return Kind::string;
      case boost::json::kind::array:
        return Kind::array;
      case boost::json::kind::object:
        return Kind::object;
      case boost::json::kind::null:
        break;
    }
    return Kind::null;
  }

  /// Makes a new node of kind_of(value) its copy, with everything below it.
  void fill(TreeNode& node, const Value& value) {
    switch (node.kind_) {
      case Kind::null:
        break;
      case Kind::boolean:
        node.boolean_ = value.get_bool();
        break;
      case Kind::integer:
        node.integer_ = value.to_number<std::int64_t>();
        break;
      case Kind::natural:
        node.natural_ = value.get_uint64();
        break;
      case Kind::real:
        node.real_ = value.get_double();
        break;
      case Kind::string:
        set_text(node, keep(value.get_string()));
        break;
      case Kind::array:
        for (const Value& item : value.get_array())
          fill(append(node, {}, kind_of(item)), item);
        break;
      case Kind::object:
        for (const auto& member : value.get_object())
          fill(append(node, keep(member.key()), kind_of(member.value())), member.value());
        break;
    }
  }

  /// Of a string without its text, and of one that had another.
  static void set_text(TreeNode& node, std::string_view text) {
    node.kind_ = Kind::string;
    node.text_ = text.data();
    node.text_size_ = text.size();
  }

  static void empty(TreeNode& node, Kind kind) {
    node.kind_ = kind;
    node.first_ = nullptr;
    node.last_ = nullptr;
  }

  static void remove(TreeNode& object, std::string_view key) {
    TreeNode* before = nullptr;
    for (TreeNode* at = object.first_; at != nullptr; before = std::exchange(at, at->next_)) {
      if (at->key() != key) continue;
      (before != nullptr ? before->next_ : object.first_) = at->next_;
      if (object.last_ == at) object.last_ = before;
      return;
    }
  }

  /// The member of that key and kind; another kind gives way to an empty one.
  TreeNode& at(TreeNode& object, std::string_view key, Kind kind) {
    TreeNode* member = find(object, key);
    if (member == nullptr) return append(object, key, kind);
    if (member->kind_ != kind) empty(*member, kind);
    return *member;
  }

  static TreeNode* find(TreeNode& object, std::string_view key) {
    TreeNode* at = object.first_;
    while (at != nullptr && at->key() != key)
      at = at->next_;
    return at;
  }

  /// A copy of the text.
  std::string_view keep(std::string_view text) {
    if (text.size() > more_bytes / 4) return keep_apart(text);
    if (static_cast<std::size_t>(back_ - front_) < text.size()) add_block();
    back_ -= text.size();
    std::copy_n(text.data(), text.size(), back_);
    return {back_, text.size()};
  }

 private:
  static constexpr std::size_t first_bytes = 3072;
  static constexpr std::size_t more_bytes = 8192;
  static constexpr std::uint64_t max_integer = std::numeric_limits<std::int64_t>::max();

  void add_block() {
    front_ = more_.emplace_back(std::make_unique_for_overwrite<char[]>(more_bytes)).get();
    back_ = front_ + more_bytes;
  }

  std::string_view keep_apart(std::string_view text) {
    char* const place =
        more_.emplace_back(std::make_unique_for_overwrite<char[]>(text.size())).get();
    std::copy_n(text.data(), text.size(), place);
    return {place, text.size()};
  }

  alignas(TreeNode) char first_[first_bytes];  // filled before it is read
  std::vector<std::unique_ptr<char[]>> more_;
  char* front_;
  char* back_;
  TreeNode& root_;
};

static_assert(std::is_trivially_destructible_v<TreeNode>);
static_assert(sizeof(TreeNode) % alignof(TreeNode) == 0);

using Kind = TreeNode::Kind;

namespace {

Value value_of(const TreeNode& node) {
  switch (node.kind()) {
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return node.boolean();
    case Kind::integer:
      return node.integer();
    case Kind::natural:
      return node.natural();
    case Kind::real:
      return node.real();
    case Kind::string:
      return boost::json::string(node.text());
    case Kind::array: {
      Array list;
      for (const TreeNode& item : node)
        list.push_back(value_of(item));
      return list;
    }
    case Kind::object:
      break;
  }
  Object object;
  for (const TreeNode& member : node)
    object.emplace(member.key(), value_of(member));
  return object;
}

bool same_items(const TreeNode& a, const TreeNode& b) {
  return std::equal(a.begin(), TreeNode::end(), b.begin(), TreeNode::end());
}

bool same_members(const TreeNode& a, const TreeNode& b) {
  if (std::distance(a.begin(), TreeNode::end()) != std::distance(b.begin(), TreeNode::end()))
    return false;
  auto beside = b.begin();  // where it is, when the order is the same
  for (const TreeNode& member : a) {
    const TreeNode* other = beside->key() == member.key() ? &*beside : b.find(member.key());
    if (other == nullptr || !(*other == member)) return false;
    ++beside;
  }
  return true;
}

bool is_number(const TreeNode& node) {
  return node.kind() == Kind::integer || node.kind() == Kind::natural || node.kind() == Kind::real;
}

}  // namespace

const TreeNode* TreeNode::find(std::string_view key) const {
  if (kind_ != Kind::object) return nullptr;
  for (const TreeNode& member : *this)
    if (member.key() == key) return &member;
  return nullptr;
}

bool TreeNode::operator==(const TreeNode& other) const {
  if (kind_ != other.kind_)
    return is_number(*this) && is_number(other) && equivalent(value_of(*this), value_of(other));
  switch (kind_) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return boolean_ == other.boolean_;
    case Kind::integer:
      return integer_ == other.integer_;
    case Kind::natural:
      return natural_ == other.natural_;
    case Kind::real:
      return real_ == other.real_;
    case Kind::string:
      return text() == other.text();
    case Kind::array:
      return same_items(*this, other);
    case Kind::object:
      break;
  }
  return same_members(*this, other);
}

TreeNode& Members::append(std::string_view key, Kind kind) {
  assert(object_->kind() == Kind::object && object_->find(key) == nullptr);
  return arena_->append(*object_, key, kind);
}

void Members::add_literal(std::string_view key, std::string_view text) {
  TreeArena::set_text(append(key, Kind::string), text);
}

void Members::add_copy(std::string_view key, std::string_view text) {
  add_literal(key, arena_->keep(text));
}

void Members::add_boolean(std::string_view key, bool boolean) {
  TreeArena::set_boolean(append(key, Kind::boolean), boolean);
}

void Members::add_integer(std::string_view key, std::int64_t integer) {
  TreeArena::set_integer(append(key, Kind::integer), integer);
}

Members Members::add_object(Literal key) {
  return {*arena_, append(key.view(), Kind::object)};
}

Items Members::add_list(Literal key) {
  return {*arena_, append(key.view(), Kind::array)};
}

void Members::add_entry(std::string_view key, std::string_view text) {
  add_copy(arena_->keep(key), text);
}

void Members::add_entry(std::string_view key, const Value& value) {
  arena_->fill(append(arena_->keep(key), TreeArena::kind_of(value)), value);
}

void Members::set_entry(std::string_view key, std::string_view text) {
  TreeNode* member = TreeArena::find(*object_, key);
  if (member != nullptr)
    TreeArena::set_text(*member, arena_->keep(text));
  else
    add_entry(key, text);
}

Members Members::object_at(Literal key) {
  return {*arena_, arena_->at(*object_, key.view(), Kind::object)};
}

Items Members::list_at(Literal key) {
  return {*arena_, arena_->at(*object_, key.view(), Kind::array)};
}

Members Members::set_object(Literal key) {
  TreeNode& member = arena_->at(*object_, key.view(), Kind::object);
  TreeArena::empty(member, Kind::object);
  return {*arena_, member};
}

void Members::remove(std::string_view key) {
  TreeArena::remove(*object_, key);
}

TreeNode& Items::append(Kind kind) {
  assert(list_->kind() == Kind::array);
  return arena_->append(*list_, {}, kind);
}

void Items::add_literal(std::string_view text) {
  TreeArena::set_text(append(Kind::string), text);
}

void Items::add_copy(std::string_view text) {
  add_literal(arena_->keep(text));
}

Members Items::add_object() {
  return {*arena_, append(Kind::object)};
}

Tree::Tree() : arena_(std::make_unique<TreeArena>()) {}

Tree::Tree(const Value& object) : Tree() {
  arena_->fill(arena_->root(), object);
}

Tree::Tree(Tree&& other) noexcept = default;

Tree& Tree::operator=(Tree&& other) noexcept = default;

Tree::~Tree() = default;

Members Tree::members() {
  return {*arena_, arena_->root()};
}

const TreeNode& Tree::root() const {
  return arena_->root();
}

std::string_view Tree::string_at(std::initializer_list<std::string_view> keys) const {
  const TreeNode* at = &root();
  for (const std::string_view key : keys) {
    at = at->find(key);
    if (at == nullptr) return {};
  }
  return at->kind() == Kind::string ? at->text() : std::string_view();
}

Document Tree::document() const {
  return Document(value_of(root()));
}

}  // namespace kaito::json
