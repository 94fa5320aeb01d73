#include "ui/line_editor.hpp"

#include <histedit.h>

#include <clocale>
#include <cstdio>

namespace kaitoctl {

struct LineEditor::Impl {
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::string prompt;
  bool interrupted = false;
};

LineEditor::LineEditor() : impl_(std::make_unique<Impl>()) {
  struct Callbacks {
    static Impl* impl(EditLine* editor) {
      void* data = nullptr;
      el_get(editor, EL_CLIENTDATA, &data);
      return static_cast<Impl*>(data);
    }
    static char* prompt(EditLine* editor) { return impl(editor)->prompt.data(); }
    static unsigned char interrupt(EditLine* editor, int /*character*/) {
      impl(editor)->interrupted = true;
      return CC_NEWLINE;
    }
  };
  std::setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): libedit reads by the locale
  impl_->editor = el_init("kaitoctl", stdin, stdout, stderr);
  impl_->history = history_init();
  HistEvent event{};
  history(impl_->history, &event, H_SETSIZE, 500);
  EditLine* editor = impl_->editor;
  el_set(editor, EL_CLIENTDATA, impl_.get());
  el_set(editor, EL_PROMPT, Callbacks::prompt);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, history, impl_->history);
  // Ctrl-C comes as a character while a line is edited: it gives up the line, not the program.
  el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
  el_set(editor, EL_ADDFN, "kaitoctl-interrupt", "give up the line", Callbacks::interrupt);
  el_set(editor, EL_BIND, "^C", "kaitoctl-interrupt", nullptr);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
}

LineEditor::~LineEditor() {
  history_end(impl_->history);
  el_end(impl_->editor);
}

LineEditor::Ending LineEditor::read(const std::string& prompt, std::string& line) {
  impl_->prompt = prompt;
  impl_->interrupted = false;
  // libedit would do so only once the prompt is on the screen: a Ctrl-D typed at once would be
  // lost.
  el_set(impl_->editor, EL_PREP_TERM, 1);
  int count = 0;
  const char* text = el_gets(impl_->editor, &count);
  if (impl_->interrupted) return Ending::interrupted;
  if (text == nullptr || count <= 0) return Ending::end_of_input;
  line.assign(text, static_cast<std::size_t>(count));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.pop_back();
  if (!line.empty()) {
    HistEvent event{};
    history(impl_->history, &event, H_ENTER, line.c_str());
  }
  return Ending::line;
}

}  // namespace kaitoctl
