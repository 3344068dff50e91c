#!lua flags=allow-oom
return head()
