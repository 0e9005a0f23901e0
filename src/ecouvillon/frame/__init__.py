"""The shell of every page: templates, styles, icons, error pages and the headers that guard them.

In: a page's blocks, a form's fields, a clock's minutes, an error's status. Out: HTML that works
without JavaScript, in French and English, light and dark, on a telephone, a counter's screen and
paper. What always holds: a result is a word and a shape in ink, the same whatever it says; nothing
comes from another host, and no style or script stands in the page itself (the policy in
`security_headers` refuses both); an error page needs no database.
"""
